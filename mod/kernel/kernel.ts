// Copyright the SpareGrid authors. Apache-2.0.
import { fromBase64 } from "../base/mod.ts";
import { KERNEL_WASM } from "./kernel_wasm.ts";

interface Exports {
  poly1305Begin(state: number, key: number): void;
  poly1305Blocks(state: number, from: number, length: number, top: number): void;
  poly1305End(state: number, nonce: number, tag: number): void;
  gearWarm(table: number, cell: number, from: number, to: number): void;
  gearScan(table: number, cell: number, from: number, to: number, bits: number): number;
}

const PAGE_BYTES = 65_536;

/** Compiled once per thread, at first use: about a millisecond. */
let compiled: WebAssembly.Module | undefined;

/**
 * One instance of the kernel with a memory of its own. The memory never grows, so views of it stay valid for good.
 * The caller lays it out: all of it is free for him, and `run` takes addresses (offsets in `memory`).
 * Not to be used by two threads, nor by two owners at a time.
 */
export class Kernel {
  /** The whole memory. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** The kernel's functions; see `assembly/` for what each one wants. */
  readonly run: Exports;

  /** Makes an instance with room for at least `bytes` bytes. */
  constructor(bytes: number) {
    compiled ??= new WebAssembly.Module(fromBase64(KERNEL_WASM));
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.memory = new Uint8Array(memory.buffer as ArrayBuffer);
    this.run = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
  }
}
