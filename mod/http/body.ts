// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import { concatBytes, freeBytes } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/**
 * The body's bytes as they come; while the caller is busy with a piece, nothing more is read. Rejects with the signal's
 * reason when it aborts, with SG0083 when the client breaks off. Leaving early leaves the rest unread, and the request
 * can still be answered. To be asked for once. Pieces that are `lent` may be used only until the next one is asked for: their
 * memory is given back then, which as garbage costs a third of the processor time of taking a large body in.
 */
export async function* bodyPieces(
  request: IncomingMessage,
  signal: AbortSignal,
  { lent = false }: { readonly lent?: boolean } = {},
): AsyncGenerator<Uint8Array, void, void> {
  let wake = () => {};
  const onChange = () => wake();
  const events = ["readable", "end", "error", "close"] as const;
  for (const event of events) request.on(event, onChange);
  signal.addEventListener("abort", onChange);
  try {
    for (;;) {
      signal.throwIfAborted();
      const piece = request.read() as Uint8Array | null;
      if (piece !== null) {
        yield piece;
        if (lent) giveBack(piece);
        continue;
      }
      if (request.readableEnded) return;
      if (request.destroyed) {
        throw new SgError("SG0083", "The client broke off the connection before its request was complete");
      }
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    for (const event of events) request.off(event, onChange);
    signal.removeEventListener("abort", onChange);
  }
}

/** The whole body. SG1041 as soon as it is known to be larger than `bytesMax`. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of bodyPieces(request, signal)) {
    bytes += piece.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    pieces.push(piece);
  }
  return concatBytes(pieces);
}

/**
 * For a client that asks before it sends a body (`Expect: 100-continue`): it is told to go on when the handler first
 * reads, so a refusal costs no upload. Refused, it may send something else: the connection ends with the answer.
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const keepAlive = response.shouldKeepAlive;
  response.shouldKeepAlive = false;
  const read = request._read;
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) {
      response.shouldKeepAlive = keepAlive;
      response.writeContinue();
    }
    read.call(request, size);
  };
}

/** Only what is all of its buffer: of another, the parser may still hold a part. */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) freeBytes(new Uint8Array(buffer));
}

function tooLarge(bytesMax: number): SgError {
  return new SgError("SG1041", `The request's body is larger than ${bytesMax} bytes`, {
    context: { limit: bytesMax },
  });
}
