// Copyright the SpareGrid authors. Apache-2.0.
import type { FileSystem } from "./file_system.ts";
import { PortableFileSystem } from "./portable.ts";
import { loadNative } from "./_native.ts";

/**
 * The file system port for this machine: through the C library on Linux and macOS, else through Deno's API. One
 * per thread; the native one's descriptors are good on all threads. `SPAREGRID_NO_NATIVE=1` forces Deno's API.
 */
export function openFileSystem(): FileSystem {
  return loadNative()?.fileSystem ?? (portable ??= new PortableFileSystem());
}

let portable: FileSystem | undefined;
