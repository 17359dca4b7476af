// Copyright the SpareGrid authors. Apache-2.0.
import type { FileLanes, SavedStream } from "../archiver/mod.ts";
import type { SealedPack } from "../repository/mod.ts";
import type { Lanes } from "./lanes.ts";

/** Batches under way per lane: one being worked on and one waiting. */
const BATCHES_PER_LANE = 3;
/** Pieces of a stream under way, so that reading and saving overlap. */
const PIECES_AT_ONCE = 4;
/** Pieces are gathered to about this many bytes: a message costs as much as hashing 100 KiB. */
const PIECE_BYTES = 1 << 20;

/** The lanes as the archiver sees them. `savePacks` stores the packs that were not full when the lanes are flushed. */
export function fileLanes(
  lanes: Lanes,
  savePacks: (packs: readonly SealedPack[]) => Promise<void>,
): FileLanes {
  return {
    batchesAtOnce: lanes.count * BATCHES_PER_LANE,
    bytesRead: () => lanes.bytesRead,
    async saveFiles(batch, signal) {
      using _stopping = abortWith(lanes, signal);
      return await lanes.ask("saveFiles", [batch], [batch.buffer]) as Uint8Array<ArrayBuffer>;
    },
    saveStream: (stream, signal, onBytes) => saveStream(lanes, stream, signal, onBytes),
    flush: async () => await savePacks(await lanes.flush()),
  };
}

/** Stops the lanes when `signal` aborts, until disposed. */
function abortWith(lanes: Lanes, signal: AbortSignal): Disposable {
  signal.throwIfAborted();
  const stop = () => lanes.abort();
  signal.addEventListener("abort", stop, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", stop) };
}

async function saveStream(
  lanes: Lanes,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<SavedStream> {
  using _stopping = abortWith(lanes, signal);
  const underWay: Promise<unknown>[] = [];
  for await (const piece of gathered(stream, signal)) {
    onBytes(piece.length);
    const saving = lanes.askFirst("savePart", [piece], [piece.buffer]);
    // Its failure is met when it comes to the front of the row.
    saving.catch(() => {});
    underWay.push(saving);
    if (underWay.length >= PIECES_AT_ONCE) await underWay.shift();
  }
  await Promise.all(underWay);
  return await lanes.askFirst("endStream", []) as SavedStream;
}

/** The stream in pieces of about {@link PIECE_BYTES}, each in a buffer of its own. Ends when `signal` aborts. */
async function* gathered(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const reader = stream.getReader();
  // Ends the reading that is under way. To race each one against the abort would keep all that was ever read.
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    let piece = new Uint8Array(PIECE_BYTES);
    let held = 0;
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      for (let at = 0; at < value.length;) {
        const part = value.subarray(at, at + piece.length - held);
        piece.set(part, held);
        held += part.length;
        at += part.length;
        if (held < piece.length) continue;
        yield piece;
        piece = new Uint8Array(PIECE_BYTES);
        held = 0;
      }
    }
    if (held > 0) yield piece.slice(0, held);
  } finally {
    signal.removeEventListener("abort", stop);
    await reader.cancel().catch(() => {});
  }
}
