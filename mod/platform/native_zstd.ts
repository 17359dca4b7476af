// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** The system's libzstd. It belongs to the thread that loaded it and is used synchronously. */
export interface NativeZstd {
  /**
   * Compresses `from` into one frame (content size noted, no checksum) at the start of `into`. Returns the frame's
   * bytes, or -1 when it does not fit. SG0601 when memory is short.
   */
  compress(level: number, from: Uint8Array, into: Uint8Array): number;
  /**
   * Decompresses all frames in `from` to the start of `into`. Returns the bytes written, -1 when they do not fit, -2
   * when `from` is not a sequence of whole valid frames. Allocates nothing that grows with what the frames claim. SG0601
   * when memory is short.
   */
  decompress(from: Uint8Array, into: Uint8Array): number;
}

/** Prototypes: zstd.h, the stable part; the result of both workers is a size_t, or minus an error code. */
const SYMBOLS = {
  ZSTD_versionNumber: { parameters: [], result: "u32" },
  ZSTD_createCCtx: { parameters: [], result: "pointer" },
  ZSTD_createDCtx: { parameters: [], result: "pointer" },
  // context, destination, its capacity, source, its size, level
  ZSTD_compressCCtx: {
    parameters: ["pointer", "buffer", "usize", "buffer", "usize", "i32"],
    result: "usize",
  },
  // context, destination, its capacity, source, its size
  ZSTD_decompressDCtx: { parameters: ["pointer", "buffer", "usize", "buffer", "usize"], result: "usize" },
} as const satisfies Deno.ForeignLibraryInterface;

/** 1.4.0 made these calls stable in the form used here. */
const OLDEST_VERSION = 10_400;

/** zstd_errors.h: ZSTD_error_memory_allocation and ZSTD_error_dstSize_tooSmall. */
const ERROR_MEMORY = -64;
const ERROR_NO_ROOM = -70;

let loaded: NativeZstd | null | undefined;

/**
 * The system's zstd library, or undefined when there is none, when FFI is not allowed or when the environment says
 * `SPAREGRID_NO_NATIVE=1`. Loaded once per thread; its contexts live as long as the thread.
 */
export function loadNativeZstd(): NativeZstd | undefined {
  if (Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return undefined;
  loaded ??= openLibrary() ?? null;
  return loaded ?? undefined;
}

/** Names for the dynamic linker, which looks only in the system's places. */
function libraryNames(): readonly string[] {
  if (Deno.build.os === "linux" || Deno.build.os === "freebsd") return ["libzstd.so.1"];
  // On macOS it comes from a package manager, whose folders an ordinary user may write to: not for root.
  if (Deno.build.os === "darwin" && Deno.uid() !== 0) return ["libzstd.1.dylib"];
  return [];
}

function openLibrary(): NativeZstd | undefined {
  for (const name of libraryNames()) {
    try {
      const { symbols } = Deno.dlopen(name, SYMBOLS);
      if (symbols.ZSTD_versionNumber() < OLDEST_VERSION) continue;
      const native = bind(symbols);
      if (native) return native;
    } catch {
      // Not there, or not allowed: the runtime's own zstd will do.
    }
  }
  return undefined;
}

/** Undefined where the library gives no contexts to work with: it takes none for one, and crashes. */
function bind(symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): NativeZstd | undefined {
  const compressor = symbols.ZSTD_createCCtx();
  const decompressor = symbols.ZSTD_createDCtx();
  if (compressor === null || decompressor === null) return undefined;
  const signed = (result: bigint): number => {
    const n = Number(BigInt.asIntN(64, result));
    if (n === ERROR_MEMORY) throw new SgError("SG0601", "Cannot work with zstd: it gets no memory");
    return n;
  };
  return {
    compress(level, from, into) {
      const n = signed(
        symbols.ZSTD_compressCCtx(
          compressor,
          into as Uint8Array<ArrayBuffer>,
          BigInt(into.length),
          from as Uint8Array<ArrayBuffer>,
          BigInt(from.length),
          level,
        ),
      );
      if (n >= 0) return n;
      if (n === ERROR_NO_ROOM) return -1;
      throw new Error(`Cannot compress ${from.length} bytes: zstd error ${-n}`);
    },
    decompress(from, into) {
      const n = signed(
        symbols.ZSTD_decompressDCtx(
          decompressor,
          into as Uint8Array<ArrayBuffer>,
          BigInt(into.length),
          from as Uint8Array<ArrayBuffer>,
          BigInt(from.length),
        ),
      );
      if (n >= 0) return n;
      return n === ERROR_NO_ROOM ? -1 : -2;
    },
  };
}
