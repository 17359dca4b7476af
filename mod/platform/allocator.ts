// Copyright the SpareGrid authors. Apache-2.0.

/** malloc.h of glibc. */
const M_MMAP_THRESHOLD = -3;
const M_ARENA_MAX = -8;

/** Blocks from this size on are given back to the system when they are freed. glibc's own first value. */
const GIVEN_BACK_BYTES = 128 * 1024;
/** Pools that small blocks come from: more of them for more threads would only hold more free memory. */
const ARENAS = 2;

/**
 * Makes glibc's allocator give large blocks back as soon as they are freed. Left alone it raises its threshold with
 * every large block, up to 32 MiB, and a pass of packs leaves the process with twice the memory it needs. Elsewhere
 * nothing is done.
 */
export function keepMemorySmall(): void {
  if (Deno.build.os !== "linux" || Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return;
  try {
    // int mallopt(int param, int value);
    const { symbols } = Deno.dlopen("libc.so.6", { mallopt: { parameters: ["i32", "i32"], result: "i32" } });
    symbols.mallopt(M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
    symbols.mallopt(M_ARENA_MAX, ARENAS);
  } catch {
    // Another C library, or no right to ask this one.
  }
}
