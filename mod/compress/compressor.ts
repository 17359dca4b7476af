// Copyright the SpareGrid authors. Apache-2.0.
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { SgError } from "../errors/mod.ts";
import { MIB, TREE_BLOB_BYTES_MAX } from "../base/mod.ts";
import { loadNativeZstd, type NativeZstd } from "../platform/mod.ts";
import { damaged, type Frame, listFrames } from "./frames.ts";
import { type CompressionLevel, zstdLevel } from "./levels.ts";

/** Results beyond this size are large. */
const LARGE_BYTES = 32 * MIB;

/** Compresses and decompresses zstd frames, synchronously. One per thread is enough; it keeps nothing between calls. */
export class Compressor {
  readonly #level: CompressionLevel;
  readonly #native: NativeZstd | null;

  /** `native` is for tests: null forces the runtime's zstd. */
  constructor(level: CompressionLevel, native: NativeZstd | null = loadNativeZstd() ?? null) {
    this.#level = level;
    this.#native = native;
  }

  /**
   * Writes one frame with the content of `plain`, without checksum, to the start of `into`. Returns its bytes, or -1 when
   * it does not fit: give `into` no more than `plain.length - 1` bytes to hear whether compressing is worth it.
   */
  compress(plain: Uint8Array, into: Uint8Array): number {
    const level = zstdLevel(this.#level, plain.length);
    if (this.#native) return this.#native.compress(level, plain, into);
    const frame = zstdCompressSync(plain, {
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 0 },
    });
    if (frame.length > into.length) return -1;
    into.set(frame);
    return frame.length;
  }

  /** Room that the frame of `length` bytes never exceeds (ZSTD_COMPRESSBOUND). */
  bound(length: number): number {
    const small = 128 * 1024;
    return length + Math.floor(length / 256) + (length < small ? (small - length) >>> 11 : 0);
  }

  /**
   * The content of `frame`, whose length is known from elsewhere (a pack's header). Raises SG1005 when it is no valid
   * frame or its content is not exactly `plainLength` bytes, SG1017 when that is over any limit. Allocates
   * `plainLength` bytes and no more, whatever the frame claims.
   */
  decompress(frame: Uint8Array, plainLength: number): Uint8Array<ArrayBuffer> {
    if (plainLength > TREE_BLOB_BYTES_MAX) {
      throw new SgError("SG1017", `Cannot decompress the data: ${plainLength} bytes are over the limit`);
    }
    const plain = this.#decompressAtMost(frame, plainLength);
    if (plain?.length !== plainLength) throw lengthOtherThan(plainLength);
    return plain;
  }

  /** As {@link decompress}, frame by frame: what was compressed in parts is never in memory as a whole. */
  *decompressParts(bytes: Uint8Array, plainLength: number): Generator<Uint8Array<ArrayBuffer>, void> {
    const frames = listFrames(bytes);
    if (frames.length === 1) return yield this.decompress(bytes, plainLength);
    let left = plainLength;
    for (const { start, end, bound } of frames) {
      const part = this.#decompressAtMost(bytes.subarray(start, end), Math.min(bound, left));
      if (!part) throw lengthOtherThan(plainLength);
      left -= part.length;
      yield part;
    }
    if (left !== 0) throw lengthOtherThan(plainLength);
  }

  /** As {@link decompress}, filling `into` exactly. What it holds after an error means nothing. */
  decompressInto(frame: Uint8Array, into: Uint8Array): void {
    if (this.#native && frame.length > 0) {
      const length = this.#native.decompress(frame, into);
      if (length === -2) throw damaged("it is not a valid zstd frame");
      if (length !== into.length) throw lengthOtherThan(into.length);
    } else into.set(this.decompress(frame, into.length));
  }

  /**
   * The content of the frame or frames in `frame`, of unknown length, for indexes, snapshots and locks. Raises
   * SG1005 when they are not valid, SG1017 when the content is more than `maxBytes`. The memory taken is what the blocks can
   * give at the most, and never over `maxBytes`.
   */
  decompressBounded(frame: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
    const frames = listFrames(frame);
    const bound = Math.min(maxBytes, frames.reduce((sum, each) => sum + each.bound, 0));
    const plain = this.#decompressAtMost(frame, bound, frames);
    if (plain === undefined) {
      throw new SgError("SG1017", `Cannot decompress the data: it is more than ${maxBytes} bytes`);
    }
    return plain;
  }

  /** Undefined when the content is more than `room` bytes. `frames` are those of `bytes`, where they are known. */
  #decompressAtMost(
    bytes: Uint8Array,
    room: number,
    frames?: readonly Frame[],
  ): Uint8Array<ArrayBuffer> | undefined {
    return this.#native
      ? this.#decompressNative(this.#native, bytes, room)
      : decompressByRuntime(bytes, frames ?? listFrames(bytes), room);
  }

  #decompressNative(
    native: NativeZstd,
    frame: Uint8Array,
    room: number,
  ): Uint8Array<ArrayBuffer> | undefined {
    if (frame.length === 0) throw damaged("there is no zstd frame");
    const plain = new Uint8Array(room);
    const length = native.decompress(frame, plain);
    if (length === -1) return undefined;
    if (length < 0) throw damaged("it is not a valid zstd frame");
    // A large result is not copied only to give back what it does not fill.
    if (room > LARGE_BYTES && 2 * length >= room) return plain.subarray(0, length);
    return new Uint8Array(plain.buffer.transfer(length));
  }
}

/** As `#decompressAtMost`. The runtime stops after the first frame, in silence, and takes a cut frame for a whole one. */
function decompressByRuntime(
  bytes: Uint8Array,
  frames: readonly Frame[],
  room: number,
): Uint8Array<ArrayBuffer> | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const { start, end, bound } of frames) {
    const free = Math.min(bound, room - length);
    try {
      // The option does not take 0; one byte too many shows below.
      const part = zstdDecompressSync(bytes.subarray(start, end), { maxOutputLength: Math.max(1, free) });
      parts.push(part);
      length += part.length;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw damaged("it is not a valid zstd frame");
    }
    if (length > room) return undefined;
  }
  const only = parts[0]!;
  // Small results may lie in a buffer that others share; what leaves here is its owner's alone.
  if (parts.length === 1 && only.buffer.byteLength === only.length) {
    return new Uint8Array(only.buffer as ArrayBuffer);
  }
  const plain = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    plain.set(part, at);
    at += part.length;
  }
  return plain;
}

function lengthOtherThan(bytes: number): SgError {
  return damaged(`its content is not ${bytes} bytes long`);
}
