// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  barText,
  partDone,
  progressText,
  ProgressView,
  RateMeter,
  remainingMs,
  statusMessage,
} from "../../../mod/cli/progress.ts";
import { textWidth } from "../../../mod/cli/shown_text.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const progress = {
  phase: "saving",
  filesDone: 3,
  filesTotal: 10,
  bytesDone: 512,
  bytesTotal: 2048,
  problems: 0,
};

Deno.test("progressText shows files, bytes, rate and time left", () => {
  const text = progressText({ progress, elapsedMs: 61_000, rate: 512 });
  assert.equal(text, "[1:01] saving  25.0 %  512 B of 2.0 KiB  3 of 10 files  0:03 left  512 B/s");
});

Deno.test("progressText counts problems and leaves out what is not known", () => {
  const text = progressText({
    progress: { phase: "scanning", filesDone: 1, bytesDone: 0, problems: 2 },
    elapsedMs: 0,
  });
  assert.equal(text, "[0:00] scanning  1 file  2 problems");
});

Deno.test("barText shows the current file, escaped, and never wraps", () => {
  const moment = {
    progress: { ...progress, current: bytes("/a/\x1b]0;x\x07.txt") },
    elapsedMs: 5000,
    rate: 100,
  };
  assert.match(barText(moment, 140), /\/a\/\\x1b\]0;x\\x07\.txt$/);
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 200 }), fc.uint8Array({ maxLength: 60 }), (columns, current) => {
      assert.ok(textWidth(barText({ ...moment, progress: { ...progress, current } }, columns)) < columns);
    }),
  );
});

Deno.test("remainingMs says nothing in the first seconds and without a total", () => {
  assert.equal(remainingMs({ progress, elapsedMs: 100, rate: 512 }), undefined);
  assert.equal(remainingMs({ progress: { ...progress, bytesTotal: 512 }, elapsedMs: 5000, rate: 512 }), 0);
});

Deno.test("partDone goes by bytes, else by files", () => {
  assert.equal(partDone(progress), 0.25);
  assert.equal(partDone({ phase: "", filesDone: 1, filesTotal: 2, bytesDone: 0, problems: 0 }), 0.5);
  assert.equal(partDone({ phase: "", filesDone: 1, bytesDone: 0, problems: 0 }), undefined);
});

Deno.test("RateMeter is right from the start and follows a change of speed smoothly", () => {
  const meter = new RateMeter(0);
  assert.equal(meter.sample(10, 100), undefined);
  assert.equal(meter.sample(1000, 1000), 1000);
  assert.ok(Math.abs(meter.sample(2000, 2000)! - 1000) < 1e-6);
  const next = meter.sample(3000, 2000)!;
  assert.ok(next > 500 && next < 1000, String(next));
});

Deno.test("RateMeter shows the speed of a link over which 4 MiB arrive at a time, every 30 seconds", () => {
  const meter = new RateMeter(0);
  const bytes = 4 * 1024 * 1024;
  for (let second = 1; second <= 900; second++) {
    const rate = meter.sample(second * 1000, Math.floor(second / 30) * bytes)!;
    if (second > 240) assert.ok(rate > bytes / 30 / 2 && rate < bytes / 30 * 2, `${rate} after ${second} s`);
  }
});

Deno.test("progressText leaves out the last facts where there is little room", () => {
  const text = progressText({ progress, elapsedMs: 61_000, rate: 512 }, 45);
  assert.equal(text, "[1:01] saving  25.0 %  512 B of 2.0 KiB");
});

Deno.test("statusMessage has restic's fields", () => {
  const message = statusMessage({
    progress: { ...progress, current: bytes("/x") },
    elapsedMs: 4500,
    rate: 512,
  });
  assert.deepEqual(message, {
    message_type: "status",
    phase: "saving",
    seconds_elapsed: 4,
    seconds_remaining: 3,
    percent_done: 0.25,
    total_files: 10,
    files_done: 3,
    total_bytes: 2048,
    bytes_done: 512,
    error_count: 0,
    current_files: ["/x"],
  });
});

Deno.test("ProgressView draws over its own line and takes it away at the end", () => {
  const drawn: string[] = [];
  const sink = { columns: () => 60, draw: (text: string) => void drawn.push(text), json: () => {} };
  const view = new ProgressView(sink, "bar", new FakeClock());
  view.start(() => progress);
  view.update();
  view.stop();
  assert.ok(drawn[0]!.startsWith("\r[0:00] saving") && drawn[0]!.endsWith("\x1b[K"));
  assert.equal(drawn[1], "\r\x1b[K");
  view.update();
  assert.equal(drawn.length, 2);
});

Deno.test("ProgressView prints lines in a log, objects for programs, and nothing when told so", () => {
  for (const [style, lines, objects] of [["lines", 1, 0], ["json", 0, 1], ["none", 0, 0]] as const) {
    const drawn: string[] = [], json: unknown[] = [];
    const sink = {
      columns: () => 60,
      draw: (text: string) => void drawn.push(text),
      json: (object: unknown) => void json.push(object),
    };
    const view = new ProgressView(sink, style, new FakeClock());
    view.start(() => progress);
    if (style !== "none") view.update();
    view.stop();
    assert.deepEqual([drawn.length, json.length], [lines, objects], style);
  }
});

Deno.test("ProgressView prints one line every 10 seconds in a log, none before and none after it was stopped", async () => {
  const clock = new FakeClock({ auto: false });
  using _ = clock.takeIntervals();
  const lines: string[] = [];
  const sink = { columns: () => 60, draw: (text: string) => void lines.push(text), json: () => {} };
  const view = new ProgressView(sink, "lines", clock);
  view.start(() => ({ phase: "saving", filesDone: Math.round(clock.ms / 1000), bytesDone: 0, problems: 0 }));
  const linesAfter = async (ms: number) => {
    await clock.advance(ms);
    return lines.length;
  };
  assert.equal(await linesAfter(9_999), 0);
  assert.equal(await linesAfter(1), 1);
  assert.equal(await linesAfter(9_999), 1);
  assert.equal(await linesAfter(1), 2);
  assert.equal(await linesAfter(40_000), 6);
  assert.deepEqual(lines.slice(0, 3), [
    "[0:10] saving  10 files\n",
    "[0:20] saving  20 files\n",
    "[0:30] saving  30 files\n",
  ]);
  view.stop();
  assert.equal(await linesAfter(60_000), 6);
  assert.equal(clock.sleeping, 0);
});
