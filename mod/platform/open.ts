// Copyright the SpareGrid authors. Apache-2.0.
import type { FileSystem } from "./file_system.ts";
import { LinuxFileSystem } from "./linux.ts";

/** The file system port for this machine. `SPAREGRID_NO_NATIVE=1` forces the portable one. */
export function openFileSystem(): FileSystem {
  return new LinuxFileSystem();
}
