// Copyright the SpareGrid authors. Apache-2.0.
import type { FileSystem } from "./file_system.ts";
import type { PosixSymbols } from "./_libc.ts";
import { LinuxFileSystem } from "./linux.ts";
import { MacosFileSystem } from "./_macos.ts";

/** What this thread reaches through the C library. */
export interface Native {
  readonly fileSystem: FileSystem;
  readonly c: PosixSymbols;
}

let loaded: { readonly native: Native | undefined } | undefined;

/**
 * The C library of this system, opened once per thread; undefined where none is known (Windows, FreeBSD), where it
 * cannot be opened, or where the environment says `SPAREGRID_NO_NATIVE=1`.
 */
export function loadNative(): Native | undefined {
  loaded ??= { native: load() };
  return loaded.native;
}

function load(): Native | undefined {
  if (Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return undefined;
  try {
    if (Deno.build.os === "linux") {
      const fileSystem = new LinuxFileSystem();
      return { fileSystem, c: fileSystem.symbols };
    }
    if (Deno.build.os === "darwin") {
      const fileSystem = new MacosFileSystem();
      return { fileSystem, c: fileSystem.symbols };
    }
  } catch {
    // An unknown C library, or --allow-ffi not given: the portable port serves, with the traits it has.
  }
  return undefined;
}
