// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Kernel } from "../../../mod/kernel/mod.ts";
import { KERNEL_WASM } from "../../../mod/kernel/kernel_wasm.ts";
import { buildKernel, kernelModule } from "../../../scripts/build_kernel.ts";

const folder = new URL("../../../mod/kernel/", import.meta.url);

Deno.test("kernel.wasm is what its sources compile to", async () => {
  const built = await buildKernel();
  assert.deepEqual(Deno.readFileSync(new URL("kernel.wasm", folder)), built);
  assert.equal(Deno.readTextFileSync(new URL("kernel_wasm.ts", folder)), kernelModule(built));
  assert.equal(KERNEL_WASM, built.toBase64());
});

Deno.test("Kernel has a memory of at least the wanted size that is nobody else's", () => {
  const one = new Kernel(70_000);
  const other = new Kernel(1);
  assert.equal(one.memory.length, 131_072);
  assert.equal(other.memory.length, 65_536);
  one.memory[5] = 7;
  assert.equal(other.memory[5], 0);
});

Deno.test("Kernel loads synchronously in a worker", async () => {
  const code = `
    import { Kernel } from ${JSON.stringify(new URL("mod.ts", folder).href)};
    const { memory, run } = new Kernel(1);
    memory[8192] = 3;
    memory[4096 + 3 * 8] = 77;
    run.gearWarm(4096, 64, 8192, 8193);
    postMessage(memory[64]);`;
  const url = `data:application/typescript,${encodeURIComponent(code)}`;
  const worker = new Worker(url, { type: "module" });
  try {
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    assert.equal(answer, 77);
  } finally {
    worker.terminate();
  }
});
