// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { MIB } from "../base/mod.ts";

/** One zstd frame within a buffer. */
export interface Frame {
  readonly start: number;
  readonly end: number;
  /** The most bytes its blocks can give. Counted from the blocks, never from the header's claim. */
  readonly bound: number;
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** RFC 8878, section 3.1.1.2.4: no block gives more. */
const BLOCK_BYTES_MAX = 128 * 1024;
/** Largest window accepted, zstd's own default limit. restic asks for 512 KiB; Go's encoder never passes 64 MiB. */
const WINDOW_BYTES_MAX = 128 * MIB;
/** Frames of one piece of data: a tree of the largest size has some 70. */
const FRAMES_MAX = 4096;

/**
 * Walks over the zstd frames (RFC 8878) in `bytes` without decompressing and returns their places. Raises SG1005 when
 * they are cut short, followed by something else, or need a dictionary, and SG1017 when they ask for a
 * window over the limit or are too many.
 */
export function listFrames(bytes: Uint8Array): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const magic = view.getUint32(at, true);
      if (magic === MAGIC) {
        const frame = walkFrame(view, at);
        if (frames.push(frame) > FRAMES_MAX) {
          throw new SgError(
            "SG1017",
            `Cannot decompress the data: it has more than ${FRAMES_MAX} zstd frames`,
          );
        }
        at = frame.end;
      } else if ((magic & ~0xf) === SKIPPABLE_MAGIC) {
        at += 8 + view.getUint32(at + 4, true);
      } else {
        throw damaged("it does not start like a zstd frame");
      }
      if (at > bytes.length) throw damaged("a zstd frame is cut short");
    }
  } catch (error) {
    // Reading past the end of the view.
    if (error instanceof RangeError) throw damaged("a zstd frame is cut short");
    throw error;
  }
  if (frames.length === 0) throw damaged("there is no zstd frame");
  return frames;
}

function walkFrame(view: DataView, start: number): Frame {
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw damaged("a reserved bit of the zstd frame is set");
  let at = start + 5;
  if (!singleSegment) {
    const window = view.getUint8(at++);
    const base = 2 ** (10 + (window >> 3));
    if (base + (base / 8) * (window & 7) > WINDOW_BYTES_MAX) {
      throw new SgError("SG1017", "Cannot decompress the data: its zstd window is too large");
    }
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  for (let i = 0; i < dictionaryBytes; i++) {
    if (view.getUint8(at++) !== 0) throw damaged("the zstd frame needs a dictionary");
  }
  const sizeFlag = descriptor >> 6;
  at += sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;

  let bound = 0;
  for (let last = false; !last;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    at += 3;
    last = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > BLOCK_BYTES_MAX) throw damaged("a block of the zstd frame is not valid");
    bound += type === 2 ? BLOCK_BYTES_MAX : size;
    at += type === 1 ? 1 : size;
  }
  if ((descriptor & 0x04) !== 0) at += 4;
  return { start, end: at, bound };
}

/** The error of data that is not what a compressor wrote. */
export function damaged(why: string): SgError {
  return new SgError("SG1005", `Cannot decompress the data: ${why}`);
}
