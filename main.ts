// Copyright the SpareGrid authors. Apache-2.0.
import { runCommandLine } from "./mod/cli/mod.ts";

Deno.exit(await runCommandLine(Deno.args));
