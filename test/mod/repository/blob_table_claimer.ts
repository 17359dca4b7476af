// Copyright the SpareGrid authors. Apache-2.0.
// A thread that claims blobs in an order of its own and settles those it got; used by blob_table_test.ts.
/// <reference lib="deno.worker" />
import { BlobTable, type BlobTableHandle } from "../../../mod/repository/blob_table.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = (event: MessageEvent<{ handle: BlobTableHandle; blobs: number; lane: number }>) => {
  const { handle, blobs, lane } = event.data;
  const table = BlobTable.attach(handle);
  const mine: number[] = [];
  const id = new Uint8Array(32);
  const view = new DataView(id.buffer);
  for (let i = 0; i < blobs; i++) {
    // Strides that share no factor with the number of blobs: each lane meets all, in another order.
    const n = (i * [1, 7, 11][lane]!) % blobs;
    view.setUint32(0, n);
    view.setUint32(28, Math.imul(n, 2654435761));
    if (!table.claim("data", id)) continue;
    mine.push(n);
    table.settle("data", id, 0, lane, n, 1, 0);
  }
  scope.postMessage(mine);
};
