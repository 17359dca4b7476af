// Copyright the SpareGrid authors. Apache-2.0.
// The thread of one lane: receives questions, lets the lane answer, hands sealed packs to the main thread.
/// <reference lib="deno.worker" />
import { systemRandom } from "../base/mod.ts";
import { openFileSystem } from "../platform/mod.ts";
import type { SealedPack } from "../repository/mod.ts";
import { Lane } from "./lane.ts";
import { carryError, type FromLane, landError, packBuffers, type ToLane } from "./lane_messages.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const unsaved = new Map<number, PromiseWithResolvers<void>>();
let packNumber = 0;
let lane: Lane | undefined;

scope.onmessage = (event: MessageEvent<ToLane>) => receive(event.data);

function receive(message: ToLane): void {
  switch (message.kind) {
    case "seed":
      lane = new Lane(message.seed, {
        fs: openFileSystem(),
        random: systemRandom,
        bytesRead: message.bytesRead,
      }, handOver);
      break;
    case "ask":
      void answer(message.id, () => lane!.perform(message.skill, message.args));
      break;
    case "packSaved":
      take(message.number)?.resolve();
      break;
    case "packLost":
      take(message.number)?.reject(landError(message.failure));
      break;
    case "abort":
      lane?.abort();
      break;
    case "renew":
      lane?.renew();
      break;
  }
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    const result = await work();
    post({ kind: "answer", id, result }, buffersOf(result));
  } catch (error) {
    post({ kind: "failure", id, error: carryError(error) });
  }
}

/** What of an answer is moved instead of copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  if (result instanceof Uint8Array) return [result.buffer as ArrayBuffer];
  const isPack = typeof result === "object" && result !== null && "offsets" in result;
  return isPack ? packBuffers(result as SealedPack) : [];
}

function handOver(pack: SealedPack): Promise<void> {
  const number = packNumber++;
  const saved = Promise.withResolvers<void>();
  unsaved.set(number, saved);
  post({ kind: "pack", number, pack }, packBuffers(pack));
  return saved.promise;
}

function take(number: number): PromiseWithResolvers<void> | undefined {
  const saved = unsaved.get(number);
  unsaved.delete(number);
  return saved;
}

function post(message: FromLane, transfer: ArrayBuffer[] = []): void {
  scope.postMessage(message, transfer);
}
