// Copyright the SpareGrid authors. Apache-2.0.
import { PACK_BYTES_MAX, PACK_HEADER_BYTES_MAX, type PackId, SEAL_OVERHEAD } from "../base/mod.ts";
import { type Sealer } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { decodeHeader, PACK_TRAILER_BYTES, type PackedBlob } from "../format/mod.ts";
import type { Storage } from "../storage/mod.ts";

/** First guess at how much of a pack's end holds the header: some 1,500 entries. */
const TAIL_BYTES = 64 * 1024;

/** The sealed length of the header, as a pack's last bytes say. SG1005 when it cannot be. */
function headerLength(id: PackId, tail: Uint8Array, packBytes: number): number {
  if (tail.length < PACK_TRAILER_BYTES) throw damaged(id, `it has only ${packBytes} bytes`);
  const at = tail.length - PACK_TRAILER_BYTES;
  const length = (tail[at]! | tail[at + 1]! << 8 | tail[at + 2]! << 16 | tail[at + 3]! << 24) >>> 0;
  if (length < SEAL_OVERHEAD || length > PACK_HEADER_BYTES_MAX || length + PACK_TRAILER_BYTES > packBytes) {
    throw damaged(id, `its header cannot have ${length} bytes`);
  }
  return length;
}

/**
 * The blobs that a pack's header lists. `tail` is the pack's end, with the whole header in it; `packBytes` the
 * size of the pack file. SG1005 when the header is damaged or does not fill the pack exactly.
 */
export function decodePackHeader(
  sealer: Sealer,
  id: PackId,
  tail: Uint8Array,
  packBytes: number,
): PackedBlob[] {
  const length = headerLength(id, tail, packBytes);
  const end = tail.length - PACK_TRAILER_BYTES;
  let blobs: PackedBlob[];
  try {
    blobs = [...decodeHeader(sealer.open(tail.subarray(end - length, end)))];
  } catch (error) {
    throw damaged(id, error instanceof Error ? error.message : String(error), error);
  }
  const last = blobs.at(-1);
  const used = last ? last.offset + last.length : 0;
  if (used !== packBytes - PACK_TRAILER_BYTES - length) throw damaged(id, "its header does not fit its size");
  return blobs;
}

/** Reads the header of a stored pack of the given size. SG1005 when damaged, SG1017 when no pack can be so large. */
export async function loadPackHeader(
  storage: Storage,
  sealer: Sealer,
  id: PackId,
  packBytes: number,
  signal?: AbortSignal,
): Promise<PackedBlob[]> {
  if (packBytes > PACK_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot read pack ${id}: ${packBytes} bytes are too many`);
  }
  const load = (length: number) =>
    storage.load({ type: "data", name: id }, {
      offset: packBytes - length,
      length,
      ...(signal && { signal }),
    });
  const tail = await load(Math.min(packBytes, TAIL_BYTES));
  const length = headerLength(id, tail, packBytes) + PACK_TRAILER_BYTES;
  return decodePackHeader(sealer, id, length <= tail.length ? tail : await load(length), packBytes);
}

function damaged(id: PackId, why: string, cause?: unknown): SgError {
  return new SgError("SG1005", `Cannot read pack ${id}: ${why}`, { cause, context: { pack: id } });
}
