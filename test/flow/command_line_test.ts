// Copyright the SpareGrid authors. Apache-2.0.
// The program as a user starts it: mistakes in the use, output, start-up. No repository is needed.
import assert from "node:assert/strict";
import { sparegrid, sparegridArgv, sparegridDone, start } from "../kit/command_line.ts";

Deno.test("sparegrid without arguments shows the overview and ends with 0", async () => {
  const { code, out, err } = await sparegrid([]);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^SpareGrid backs up folders/);
});

Deno.test("sparegrid ends with 2, a sentence, a code and what to do, for each mistake in the use", async () => {
  for (
    const [args, text] of [
      [["bakup", "/etc"], /There is no command bakup; did you mean backup\? \[SG1008\]\n {2}See the list/],
      [
        ["backup", "--exlude=x", "/etc"],
        /did you mean --exclude\? \[SG1008\]\n {2}See: sparegrid help backup/,
      ],
      [["restore", "latest"], /--target FOLDER is missing \(\/ is the original place\) \[SG1008\]/],
      [["-r", "s3:bucket", "snapshots"], /s3: is not supported.*\[SG1008\]/],
    ] as const
  ) {
    const { code, out, err } = await sparegrid(args);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, text);
    assert.match(err, /^sparegrid: /);
  }
});

Deno.test("sparegrid version starts in a quarter of a second", async () => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    await sparegridDone(["version"]);
    times.push(performance.now() - before);
  }
  // The best of five: other work on the machine can only add.
  assert.ok(Math.min(...times) <= 250, `${times.map(Math.round).join(", ")} ms`);
});

Deno.test("sparegrid ends quietly when the reader of its output leaves", async () => {
  const words = sparegridArgv("help").map((word) => `'${word}'`).join(" ");
  const { err, out } = await start(["bash", "-c", `${words} | true; echo "\${PIPESTATUS[0]}"`]);
  assert.equal(err, "");
  assert.match(out, /^[01]\n$/);
});
