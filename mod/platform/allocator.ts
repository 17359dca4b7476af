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
  // int mallopt(int param, int value);
  const c = openGlibc({ mallopt: { parameters: ["i32", "i32"], result: "i32" } });
  c?.mallopt(M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
  c?.mallopt(M_ARENA_MAX, ARENAS);
}

/** Huge pages of x86_64 and, with pages of 4 KiB, of aarch64. */
const LARGE_PAGE_BYTES = 2n ** 21n;
/** Smaller memory has few or no whole large pages in it. */
const LARGE_BYTES_MIN = 4 * 2 ** 20;
/** bits/mman-linux.h. */
const MADV_HUGEPAGE = 14;

let madvise: ((from: Deno.PointerValue, length: bigint, advice: number) => number) | null | undefined;

/**
 * Asks for large pages for new memory, of which the first `length` bytes (all where left out) will be written to: taking 4,096
 * small ones for a pack, and having each made zero by itself, was a sixth of the time of a first backup of large files. Where the
 * system has none to give, or cannot be asked, small ones do. Gives `bytes`.
 */
export function inLargePages(
  bytes: Uint8Array<ArrayBuffer>,
  length: number = bytes.length,
): Uint8Array<ArrayBuffer> {
  if (length < LARGE_BYTES_MIN) return bytes;
  // int madvise(void *addr, size_t length, int advice);
  madvise ??= openGlibc({ madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" } })?.madvise ??
    null;
  if (madvise === null) return bytes;
  const start = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  // Only what lies wholly in this memory, which the next page's owner may use otherwise.
  const from = (start + LARGE_PAGE_BYTES - 1n) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
  const to = (start + BigInt(length)) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
  if (to > from) madvise(Deno.UnsafePointer.create(from), to - from, MADV_HUGEPAGE);
  return bytes;
}

/** The functions of glibc; undefined where there is another C library, or no right to ask this one. */
function openGlibc<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.DynamicLibrary<S>["symbols"] | undefined {
  if (Deno.build.os !== "linux" || Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return undefined;
  try {
    return Deno.dlopen("libc.so.6", symbols).symbols;
  } catch {
    return undefined;
  }
}
