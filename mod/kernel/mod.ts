// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Kernel: the inner loops that the runtime has nothing native for, as WebAssembly: Poly1305 with a free r and s
 * (RFC 8439) and the gear hash.
 *
 * The sources are AssemblyScript in `assembly/`; `deno task build:kernel` compiles them to `kernel.wasm` and to
 * `kernel_wasm.ts` (the same bytes as text, which is what the program loads). It knows neither keys nor chunks: `crypto`
 * and `chunker` give the loops their meaning.
 *
 * Invariants: loading is synchronous and works in every thread; a kernel's memory never grows; the kernel keeps
 * no state outside the addresses it is given; the committed bytes are what the sources compile to.
 * @module
 */
export { Kernel } from "./kernel.ts";
