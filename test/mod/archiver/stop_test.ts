// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Archiver } from "../../../mod/archiver/mod.ts";
import { utf8 } from "../../../mod/base/mod.ts";
import { isSgError, SgError } from "../../../mod/errors/mod.ts";
import { ExcludeRules } from "../../../mod/source/mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { MemoryTree } from "../../kit/memory_tree.ts";
import { ToyStore } from "./toy_store.ts";

const source = { kind: "files" as const, paths: [utf8("/")] };
const quiet = { problem: () => {}, note: () => {} };

Deno.test("Archiver.run that is stopped does not wait for lanes that never answer", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  const store = new ToyStore();
  const clock = new FakeClock({ auto: true });
  const stop = new AbortController();
  let lanesStopped = false;
  const needs = store.needs(fs);
  needs.lanes.saveFiles = (_, signal) => {
    signal.addEventListener("abort", () => lanesStopped = true);
    queueMicrotask(() => stop.abort(new Error("Ctrl-C")));
    return new Promise(() => {});
  };
  needs.lanes.flush = () => new Promise(() => {});
  const archiver = new Archiver({ fs, clock }, needs, {}, quiet);
  await assert.rejects(
    archiver.run(source, new ExcludeRules(), stop.signal),
    (error) => isSgError(error, "SG1016"),
  );
  assert.ok(clock.slept.reduce((sum, ms) => sum + ms, 0) <= 1500);
  assert.equal(lanesStopped, true);
  assert.equal(fs.openCount, 0);
});

Deno.test("Archiver.run that is stopped during its last checkpoint ends all the same", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  const store = new ToyStore();
  const stop = new AbortController();
  const needs = store.needs(fs);
  needs.checkpoint = () => {
    queueMicrotask(() => stop.abort(new Error("Ctrl-C")));
    return new Promise(() => {});
  };
  const archiver = new Archiver({ fs, clock: new FakeClock({ auto: true }) }, needs, {}, quiet);
  await assert.rejects(
    archiver.run(source, new ExcludeRules(), stop.signal),
    (error) => isSgError(error, "SG1016"),
  );
});

Deno.test("Archiver.run that is stopped because the lock was lost says so, and not that somebody interrupted it", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  const stop = new AbortController();
  const needs = new ToyStore().needs(fs);
  needs.lanes.saveFiles = () => {
    queueMicrotask(() => stop.abort(new SgError("SG1018", "lost")));
    return new Promise(() => {});
  };
  const archiver = new Archiver({ fs, clock: new FakeClock({ auto: true }) }, needs, {}, quiet);
  await assert.rejects(
    archiver.run(source, new ExcludeRules(), stop.signal),
    (error) => isSgError(error, "SG1018"),
  );
});

Deno.test("Archiver.run with a signal that is aborted already touches nothing", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  using _rule = fs.failWhen(() => assert.fail("the file system was asked"));
  const archiver = new Archiver({ fs, clock: new FakeClock() }, new ToyStore().needs(fs), {}, quiet);
  await assert.rejects(archiver.run(source, new ExcludeRules(), AbortSignal.abort(new Error("no"))), /no/);
});

Deno.test("Archiver.run fails when a checkpoint cannot be made, and goes on when only the journal cannot be kept", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  const store = new ToyStore();
  const full = new Error("no space left");
  const needs = store.needs(fs);
  needs.checkpoint = () => Promise.reject(full);
  const broken = new Archiver({ fs, clock: new FakeClock() }, needs, {}, quiet);
  await assert.rejects(broken.run(source, new ExcludeRules(), new AbortController().signal), full);
  store.journal.append = () => Promise.reject(full);
  const notes: string[] = [];
  const observer = { ...quiet, note: (text: string) => void notes.push(text) };
  const archiver = new Archiver({ fs, clock: new FakeClock() }, store.needs(fs), {}, observer);
  assert.equal((await archiver.run(source, new ExcludeRules(), new AbortController().signal)).complete, true);
  assert.match(notes.join(), /journal.*no space left/);
});

Deno.test("Archiver.run fails with what a checkpoint beside the walk met, though the walk is over by then", async () => {
  const { fs } = new MemoryTree().write("/a", "1");
  const cut = new Error("the connection was cut");
  const needs = new ToyStore().needs(fs);
  let checkpoints = 0;
  needs.checkpoint = () =>
    ++checkpoints > 1 ? Promise.resolve() : new Promise((_, reject) => setTimeout(() => reject(cut), 50));
  const archiver = new Archiver({ fs, clock: new FakeClock() }, needs, { checkpointMs: 0 }, quiet);
  await assert.rejects(archiver.run(source, new ExcludeRules(), new AbortController().signal), cut);
  assert.ok(checkpoints > 1);
});
