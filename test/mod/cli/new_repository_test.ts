// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { stage } from "../../kit/cli_stage.ts";

const nobody = { env: { SPAREGRID_PASSWORD: "" } };
const person = (...secrets: string[]) => ({ ...nobody, terminals: ["stdin"], secrets }) as const;

Deno.test("makeRepository asks a person twice", async () => {
  const same = await stage(["init", "-r", "/repo"], person("secret", "secret"));
  assert.equal(same.status, 0);
  assert.equal(same.terminal.prompts.length, 2);
  const differ = await stage(["init", "-r", "/repo"], person("a", "b", "c", "d", "e", "f"));
  assert.equal(differ.status, 1);
  assert.match(differ.terminal.err, /two passwords differ \[SG1024\]/);
});

Deno.test("makeRepository generates a password for the default repository only, and says where it is", async () => {
  const kept = await stage(["init"], nobody);
  assert.equal(kept.status, 0);
  assert.match(kept.terminal.err, /kept in \/data\/password\. Copy it to another machine/);
  assert.match((await stage(["init"], person(""))).terminal.err, /kept in \/data\/password/);
  const other = await stage(["init", "-r", "/repo"], nobody);
  assert.equal(other.status, 1);
  assert.match(other.terminal.err, /no password was given \[SG1024\]/);
});

Deno.test("makeRepository never prints the password", async () => {
  const { terminal } = await stage(["init"], nobody);
  assert.doesNotMatch(terminal.out + terminal.err, /made-up/);
});
