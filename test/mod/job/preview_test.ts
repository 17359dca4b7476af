// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import { type ExcludeOptions, previewBackup, type PreviewOrder } from "../../../mod/job/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { JobStage } from "../../kit/job_stage.ts";
import { noise } from "../../kit/memory_tree.ts";

const never = new AbortController().signal;

/** Files of some sizes, a cache and a folder that says it is none of our business. */
async function stageWithFiles(): Promise<JobStage> {
  const stage = await JobStage.made();
  stage.tree.folder(
    "/src",
    "/src/a",
    "/src/a/deep",
    "/src/cache",
    "/src/cache/in",
    "/src/mine",
    "/src/empty",
  );
  const sizes: Record<string, number> = {
    "/src/one": 100,
    "/src/two.tmp": 2_000,
    "/src/a/three": 300,
    "/src/a/deep/four.tmp": 40,
    "/src/a/deep/FIVE.TMP": 50,
    "/src/cache/six": 600,
    "/src/cache/in/seven": 7_000,
    "/src/mine/eight": 800,
    "/src/mine/.nobackup": 5,
    "/src/large": 90_000,
  };
  for (const [path, size] of Object.entries(sizes)) stage.tree.write(path, noise(size, size));
  stage.tree.write("/src/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55 and more");
  return stage;
}

function preview(stage: JobStage, excludes: ExcludeOptions = {}, order: Partial<PreviewOrder> = {}) {
  return previewBackup(stage.ports, { paths: ["/src"], excludes, ...order }, never);
}

const named = (excluded: readonly { readonly path: Uint8Array; readonly bytes: number }[]) =>
  excluded.map(({ path, bytes }) => `${utf8Text(path)} ${bytes}`);

Deno.test("previewBackup counts what a backup stores, and names what its rules leave out, the largest first", async () => {
  const cases: [ExcludeOptions, string[]][] = [
    [{}, []],
    [{ patterns: ["*.tmp"] }, ["/src/two.tmp 2000", "/src/a/deep/four.tmp 40"]],
    [{ patternsIgnoringCase: ["*.tmp"] }, [
      "/src/two.tmp 2000",
      "/src/a/deep/FIVE.TMP 50",
      "/src/a/deep/four.tmp 40",
    ]],
    [{ patterns: ["cache", "/src/a/deep"] }, ["/src/cache 7652", "/src/a/deep 90"]],
    [{ patterns: ["*", "!/src/a", "!/src/a/**"] }, [
      "/src/large 90000",
      "/src/cache 7652",
      "/src/two.tmp 2000",
      "/src/mine 805",
      "/src/one 100",
      "/src/empty 0",
    ]],
    [{ caches: true }, ["/src/cache/in 7000", "/src/cache/six 600"]],
    [{ ifPresent: [".nobackup"] }, ["/src/mine/eight 800"]],
    [{ largerThan: 5_000 }, ["/src/large 90000", "/src/cache/in/seven 7000"]],
  ];
  for (const [excludes, expected] of cases) {
    const stage = await stageWithFiles();
    const report = await preview(stage, excludes);
    const { summary } = await stage.backup({ excludes });
    assert.deepEqual(named(report.excluded), expected, JSON.stringify(excludes));
    assert.deepEqual(
      [report.files, report.bytes, report.complete, report.unreadable],
      [summary.totalFilesProcessed, summary.totalBytesProcessed, true, 0],
      JSON.stringify(excludes),
    );
    assert.deepEqual([report.files + report.excludedFiles, report.bytes + report.excludedBytes], [
      11,
      100_947,
    ]);
  }
});

Deno.test("previewBackup counts what is named twice once, takes files, and passes over what is not there", async () => {
  const stage = await stageWithFiles();
  const all = await preview(stage);
  assert.deepEqual(
    await preview(stage, {}, { paths: ["/src/a/deep", "/src", "/src/one", "/src/../src", "/gone"] }),
    all,
  );
  assert.equal((await preview(stage, {}, { paths: ["/src/one", "/src/a/three"] })).bytes, 400);
  await assert.rejects(preview(stage, {}, { paths: ["/gone"] }), { code: "SG1009" });
  await assert.rejects(preview(stage, { patterns: ["[a"] }), { code: "SG1008" });
});

Deno.test("previewBackup names no more than asked for, whatever there is", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src");
  for (let i = 0; i < 300; i++) stage.tree.write(`/src/${(i * 37) % 300}.tmp`, noise(1 + (i * 37) % 300));
  const { excluded, excludedFiles } = await preview(stage, { patterns: ["*.tmp"] }, { named: 5 });
  assert.deepEqual(named(excluded), [299, 298, 297, 296, 295].map((n) => `/src/${n}.tmp ${n + 1}`));
  assert.equal(excludedFiles, 300);
});

Deno.test("previewBackup ends at its time with what it has seen, and at once when it is stopped; it closes what it opened", async () => {
  const clock = new FakeClock({ start: 1_780_000_000_000_000_000n });
  const stage = await JobStage.made();
  for (let i = 0; i < 8; i++) {
    stage.tree.folder(`/src${i}`);
    for (let j = 0; j < 400; j++) stage.tree.write(`/src${i}/${j}`, "x");
  }
  const slow = { ...stage.ports, clock: new Proxy(clock, { get: tickingGet }) };
  const paths = Array.from({ length: 8 }, (_, i) => `/src${i}`);
  const some = await previewBackup(slow, { paths, timeMs: 3_000 }, never);
  assert.equal(some.complete, false);
  assert.ok(some.files > 0 && some.files < 3_200, `${some.files}`);
  await assert.rejects(previewBackup(slow, { paths }, AbortSignal.abort(new Error("stopped"))));
  assert.equal((await previewBackup(stage.ports, { paths }, never)).files, 3_200);
  assert.equal(stage.tree.fs.openCount, 0);
});

/** A second passes with each look at the clock. */
function tickingGet(clock: FakeClock, property: string | symbol): unknown {
  if (property === "monotonicMs") clock.ms += 1000;
  const value: unknown = Reflect.get(clock, property, clock);
  return typeof value === "function" ? value.bind(clock) : value;
}

Deno.test("previewBackup keeps names that are no text", async () => {
  const stage = await JobStage.made();
  stage.tree.folder("/src");
  const odd = Uint8Array.of(...utf8("/src/x"), 0xff, ...utf8(".tmp"));
  stage.tree.write(odd, "abc");
  const { excluded } = await preview(stage, { patterns: ["*.tmp"] });
  assert.deepEqual(excluded, [{ path: odd, bytes: 3 }]);
});
