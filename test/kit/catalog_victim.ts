// Copyright the SpareGrid authors. Apache-2.0.
// Opens the catalog of a folder, which brings it to this version, and closes it: `catalog_victim.ts FOLDER`. Says `open` once it is.
import { systemClock } from "../../mod/base/mod.ts";
import { openCatalog } from "../../mod/catalog/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";

await using _catalog = await openCatalog({ fs: openFileSystem(), clock: systemClock, folder: Deno.args[0]! });
Deno.stdout.writeSync(new TextEncoder().encode("open\n"));
