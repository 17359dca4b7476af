// Copyright the SpareGrid authors. Apache-2.0.
// A thread that claims blobs in an order of its own and settles those it got; used by blob_table_test.ts.
/// <reference lib="deno.worker" />
import { BlobTable, type BlobTableHandle } from "../../../mod/repository/blob_table.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** What the thread is told. `gate` holds how many threads have come; all go on when the third is there. */
interface Order {
  readonly handle: BlobTableHandle;
  readonly blobs: number;
  readonly lane: number;
  readonly gate: SharedArrayBuffer;
}

scope.onmessage = (event: MessageEvent<Order>) => {
  const { handle, blobs, lane } = event.data;
  const gate = new Int32Array(event.data.gate);
  const before = Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  for (let came = before + 1; came < 3; came = Atomics.load(gate, 0)) Atomics.wait(gate, 0, came, 10_000);
  const table = BlobTable.attach(handle);
  const mine: number[] = [];
  const id = new Uint8Array(32);
  const view = new DataView(id.buffer);
  for (let i = 0; i < blobs; i++) {
    // Strides that share no factor with the number of blobs (a prime): each lane meets all, in another order.
    const n = (i * [1, 7, 11][lane]!) % blobs;
    view.setUint32(0, n);
    view.setUint32(28, Math.imul(n, 2654435761));
    if (!table.claim("data", id)) continue;
    mine.push(n);
    table.settle("data", id, 0, lane, n, 1, 0);
  }
  scope.postMessage(mine);
};
