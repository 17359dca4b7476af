// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Compiles `mod/kernel/assembly/` to `mod/kernel/kernel.wasm`, and writes the same bytes as text to
 * `mod/kernel/kernel_wasm.ts`, which the loader imports: a module is found alike on the main thread, in workers, in
 * a bundle and in a compiled binary. The same sources give the same bytes, on every machine; a test holds us to it.
 * @module
 */
import asc from "assemblyscript/asc";

const KERNEL = new URL("../mod/kernel/", import.meta.url);

/** Compiles the kernel in memory. Throws with the compiler's messages when it does not compile. */
export async function buildKernel(): Promise<Uint8Array<ArrayBuffer>> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main([
    "index.ts",
    "--outFile",
    "kernel.wasm",
    "--runtime",
    "stub",
    "--importMemory",
    "--initialMemory",
    "1",
    "--noAssert",
    "--optimizeLevel",
    "3",
    "--shrinkLevel",
    "0",
    "--converge",
  ], {
    readFile: (name) => {
      try {
        return Deno.readTextFileSync(new URL(`assembly/${name}`, KERNEL));
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") wasm = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new Error(`Cannot compile the kernel: ${error?.message}\n${stderr.toString()}`);
  return wasm;
}

/** The module that carries `wasm` as base64 text. */
export function kernelModule(wasm: Uint8Array): string {
  const lines = wasm.toBase64().match(/.{1,100}/g) ?? [];
  return [
    "// Copyright the SpareGrid authors. Apache-2.0.",
    "// Made from assembly/ by scripts/build_kernel.ts. Do not edit: run `deno task build:kernel`.",
    "// deno-fmt-ignore-file",
    "",
    "/** The bytes of kernel.wasm, in base64. */",
    "export const KERNEL_WASM =",
    lines.map((line) => `  "${line}"`).join(" +\n") + ";",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const wasm = await buildKernel();
  Deno.writeFileSync(new URL("kernel.wasm", KERNEL), wasm);
  Deno.writeTextFileSync(new URL("kernel_wasm.ts", KERNEL), kernelModule(wasm));
  console.log(`kernel.wasm: ${wasm.length} bytes`);
}
