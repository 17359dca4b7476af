// Copyright the SpareGrid authors. Apache-2.0.
import project from "../../deno.json" with { type: "json" };

/** Name and version of this program, as a snapshot keeps it. */
export const PROGRAM_VERSION = `sparegrid ${project.version}`;
