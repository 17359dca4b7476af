// Copyright the SpareGrid authors. Apache-2.0.

/** What `bind` makes of the system's OpenSSL; undefined where none is found that has the symbols and does its work. */
export function openLibcrypto<S extends Deno.ForeignLibraryInterface, T>(
  symbols: S,
  bind: (symbols: Deno.DynamicLibrary<S>["symbols"]) => T,
): T | undefined {
  // macOS: its own libcrypto refuses foreign programs, and a package manager's is in a folder users may write to.
  const linker = Deno.build.os === "linux" || Deno.build.os === "freebsd";
  for (const name of linker ? ["libcrypto.so.3", "libcrypto.so.1.1"] : []) {
    try {
      return bind(Deno.dlopen(name, symbols).symbols);
    } catch {
      // Not there, not allowed, or of another make: try the next, then the runtime's own.
    }
  }
  return undefined;
}
