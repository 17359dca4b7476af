// Copyright the SpareGrid authors. Apache-2.0.
import type { ServerResponse } from "node:http";
import { SgError } from "../errors/mod.ts";
import { filePath, type FileType } from "../storage/mod.ts";
import type { PortCall } from "./port_call.ts";
import { StatusError } from "./problem.ts";
import { type ByteRange, rangeOf } from "./range.ts";
import type { StoreEntry, StoreFile, StorePlace } from "./store.ts";
import type { Stores } from "./stores.ts";

const V1 = "application/vnd.x.restic.rest.v1";
const V2 = "application/vnd.x.restic.rest.v2";

/** Tells that a file is there, and how long it is. */
export async function answerHead(stores: Stores, { response }: PortCall, file: StoreFile): Promise<void> {
  const { size } = await entryOf(stores, file);
  response.writeHead(200, { ...headersOf(file), "Content-Length": size });
  response.end();
}

/** Sends a file, or the one range of it that was asked for. */
export async function answerFile(stores: Stores, port: PortCall, file: StoreFile): Promise<void> {
  const { request, response, call } = port;
  const { size } = await entryOf(stores, file);
  const range = rangeOf(request.headers.range, size);
  if (range === "none") {
    throw new StatusError(416, "SG1040", `${filePath(file)} has no such part`, {
      "Content-Range": `bytes */${size}`,
    });
  }
  const { offset, length } = range ?? { offset: 0, length: size };
  const pieces = stores.read(file, offset, length)[Symbol.asyncIterator]();
  try {
    // What fails before the first byte can still be told.
    const first = length === 0 ? { done: true as const, value: undefined } : await pieces.next();
    response.writeHead(range ? 206 : 200, {
      ...headersOf(file),
      "Content-Length": length,
      ...(range ? { "Content-Range": contentRange(range, size) } : {}),
    });
    for (let piece: IteratorResult<Uint8Array> = first; !piece.done; piece = await pieces.next()) {
      await send(response, piece.value, call.signal);
    }
    response.end();
  } finally {
    await pieces.return?.();
  }
}

/** Sends the names of a type, as version 2 of the protocol with their sizes. */
export async function answerList(
  stores: Stores,
  port: PortCall,
  place: StorePlace,
  type: FileType,
): Promise<void> {
  const { request, response, call } = port;
  const second = (request.headers.accept ?? "").split(",").some((media) => media.trim() === V2);
  const batches = stores.list(place, type);
  response.writeHead(200, { "Content-Type": second ? V2 : V1, "Cache-Control": "no-store" });
  const show = ({ name, size }: StoreEntry) => second ? `{"name":"${name}","size":${size}}` : `"${name}"`;
  let before = "[";
  for await (const batch of batches) {
    await send(response, before + batch.map(show).join(","), call.signal);
    before = ",";
  }
  response.end(before === "[" ? "[]" : "]");
}

/** Writes a piece, and waits until the client has room for more. */
async function send(
  response: ServerResponse,
  piece: Uint8Array | string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (response.write(piece)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      response.off("drain", settle);
      signal.removeEventListener("abort", settle);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    response.on("drain", settle);
    signal.addEventListener("abort", settle);
  });
}

async function entryOf(stores: Stores, file: StoreFile): Promise<StoreEntry> {
  const entry = await stores.stat(file);
  if (entry !== undefined) return entry;
  throw new SgError("SG1006", `There is no ${filePath(file)}`);
}

function headersOf({ type, name }: StoreFile): Record<string, string> {
  return {
    "Content-Type": "application/octet-stream",
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
    // A name stands for its content for ever; the config's does not.
    ...(type === "config" ? { "Cache-Control": "no-store" } : { ETag: `"${name}"` }),
  };
}

function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}
