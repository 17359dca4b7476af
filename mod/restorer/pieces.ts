// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, concatBytes, shownPath } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { DumpNeeds } from "./needs.ts";

/** A part of a stream: bytes as they are, a blob's content, or the end of a file whose blobs must add up to `size`. */
export type Piece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "blob"; readonly id: BlobId }
  | { readonly kind: "end"; readonly path: Uint8Array; readonly size: bigint };

/** Blobs loaded ahead of the reader, at most; each has some MiB. */
const AHEAD = 8;
/** Pieces looked ahead for blobs. */
const QUEUE = 64;

type Queued = Exclude<Piece, { kind: "blob" }> | {
  readonly kind: "load";
  readonly load: Promise<Uint8Array>;
};

/**
 * The bytes of the pieces, in order, with blobs loaded ahead. Ends with an error where a blob cannot be loaded or a
 * file is not as long as was announced: a stream cannot take back what it said, so it is cut off visibly.
 */
export async function* resolvePieces(
  needs: DumpNeeds,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const queue: Queued[] = [];
  let loading = 0;
  let length = 0n;
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  try {
    for (let ended = false;;) {
      signal.throwIfAborted();
      while (!ended && loading < AHEAD && queue.length < QUEUE) {
        const next = await source.next();
        if (next.done) ended = true;
        else if (next.value.kind !== "blob") queue.push(next.value);
        else {
          const load = needs.loadBlob(next.value.id, signal);
          // Met when its turn comes; until then it must not count as unhandled.
          load.catch(() => {});
          queue.push({ kind: "load", load });
          loading++;
        }
      }
      const piece = queue.shift();
      if (!piece) return;
      if (piece.kind === "bytes") yield piece.bytes;
      else if (piece.kind === "load") {
        const plain = await piece.load;
        loading--;
        length += BigInt(plain.length);
        yield plain;
      } else {
        demandLength(piece.path, length, piece.size);
        length = 0n;
      }
    }
  } finally {
    await source.return?.();
  }
}

function demandLength(path: Uint8Array, length: bigint, size: bigint): void {
  if (length === size) return;
  throw new SgError("SG1005", `Cannot read ${shownPath(path)}: it has ${length} bytes, not ${size}`);
}

/** Small parts are put together until they have this many bytes. */
const PART_BYTES = 64 * 1024;

/** The same bytes in fewer parts: many small ones in one, large ones as they are. */
export async function* inLargerParts(
  parts: AsyncIterable<Uint8Array>,
  partBytes = PART_BYTES,
): AsyncGenerator<Uint8Array, void> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    if (length > 0 && length + part.length > partBytes) {
      yield concatBytes(pending);
      pending = [];
      length = 0;
    }
    if (part.length >= partBytes) yield part;
    else {
      pending.push(part);
      length += part.length;
    }
  }
  if (length > 0) yield concatBytes(pending);
}
