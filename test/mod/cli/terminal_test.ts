// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { start } from "../../kit/command_line.ts";

const FILE = new URL("../../../mod/cli/terminal.ts", import.meta.url).href;
const run = (code: string, shell: string) =>
  start(["bash", "-c", shell], {
    env: { CODE: `import { systemTerminal, OutputClosed } from "${FILE}";\n${code}`, DENO: Deno.execPath() },
  });
const EVAL = `"$DENO" eval --no-check --ext=ts "$CODE"`;

Deno.test("systemTerminal writes all bytes of a large output", async () => {
  const { out } = await run(`systemTerminal.write(new Uint8Array(3_000_000).fill(97));`, `${EVAL} | wc -c`);
  assert.equal(out.trim(), "3000000");
});

Deno.test("systemTerminal throws OutputClosed when the reader has left", async () => {
  const code = `try { for (;;) systemTerminal.write(new Uint8Array(65536)); } catch (e) {
    systemTerminal.writeError(e instanceof OutputClosed ? "closed" : String(e)); }`;
  assert.equal((await run(code, `${EVAL} | true`)).err, "closed");
  const stream = code.replace("systemTerminal.write(", "await systemTerminal.writeStream(");
  assert.equal((await run(stream, `${EVAL} | true`)).err, "closed");
});

Deno.test("systemTerminal calls the listener on SIGINT and SIGTERM until undone", async () => {
  const code = `let n = 0; const timer = setTimeout(() => {}, 60_000);
    const stop = systemTerminal.onInterrupt(() => { if (++n === 2) { stop(); clearTimeout(timer); systemTerminal.writeError("2"); } });
    process.kill(Deno.pid, "SIGINT"); setTimeout(() => process.kill(Deno.pid, "SIGTERM"), 50);`;
  assert.equal((await run(`import process from "node:process";\n${code}`, EVAL)).err, "2");
});
