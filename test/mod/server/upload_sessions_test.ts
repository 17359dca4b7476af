// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SESSION_MS, UploadSessions } from "../../../mod/server/upload_sessions.ts";

/** A repository as a test tells its story: clients have connections, packs get sequence numbers. */
class Story {
  readonly sessions: UploadSessions;
  sequence = 100;
  now = 1_000_000;

  constructor(sessions: UploadSessions = new UploadSessions()) {
    this.sessions = sessions;
  }

  lock(name: string, connection: object): this {
    this.sessions.lockStored(name, connection, this.sequence, this.now++);
    return this;
  }

  /** Stores a pack; gives its sequence number. */
  pack(connection: object): number {
    this.sessions.packComing(connection, this.sequence, this.now++);
    return ++this.sequence;
  }

  snapshot(connection: object): this {
    this.sessions.snapshotStored(connection, this.now++);
    this.sequence++;
    return this;
  }

  unlock(name: string, connection: object): this {
    this.sessions.lockRemoved(name, connection, this.now++);
    return this;
  }

  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  /** True when a pack may be removed. */
  free(pack: number): boolean {
    const oldest = this.sessions.oldestStart(this.now);
    return oldest === undefined || pack <= oldest;
  }
}

const [a1, a2, b1, b2, c1] = [{ a: 1 }, { a: 2 }, { b: 1 }, { b: 2 }, { c: 1 }];
const HOUR = 3_600_000;

Deno.test("UploadSessions: a backup's packs must stay while it runs, older ones need not, and then none", () => {
  const story = new Story();
  const old = story.pack(a1);
  assert.ok(story.free(old));
  story.lock("l1", a1);
  const young = story.pack(a2);
  assert.deepEqual([story.free(old), story.free(young)], [true, false]);
  assert.ok(story.sessions.active(story.now));
  story.snapshot(a2).unlock("l1", a2);
  assert.ok(story.free(young));
  assert.ok(!story.sessions.active(story.now));
});

Deno.test("UploadSessions: a client that is interrupted and removes its own lock needs nothing any more", () => {
  const story = new Story().lock("l1", a1);
  const pack = story.pack(a2);
  story.unlock("l1", a2);
  assert.ok(story.free(pack));
});

Deno.test("UploadSessions: a lock that another client removes leaves the session alive for a day", () => {
  const story = new Story().lock("l1", a1);
  const pack = story.pack(a2);
  story.pass(HOUR).unlock("l1", b1);
  assert.ok(!story.free(pack));
  // A whole other backup, and a prune, in between: the one that sleeps is still there.
  story.pass(HOUR).lock("l2", b1);
  const other = story.pack(b2);
  story.snapshot(b2).unlock("l2", b1);
  story.pass(2 * HOUR).lock("l3", c1);
  assert.deepEqual([story.free(pack), story.free(other)], [false, false]);
  story.unlock("l3", c1).pass(SESSION_MS);
  assert.deepEqual([story.free(pack), story.free(other)], [true, true]);
});

Deno.test("UploadSessions: a refreshed lock carries the session on, over whichever connection", () => {
  for (const connection of [a1, a2, { a: 3 }]) {
    const story = new Story().lock("l1", a1);
    const pack = story.pack(a2);
    story.pass(5 * 60_000).lock("l2", connection).unlock("l1", connection);
    assert.ok(!story.free(pack));
    story.snapshot(a2).unlock("l2", connection);
    assert.ok(story.free(pack));
  }
});

Deno.test("UploadSessions: of two backups at a time, the older one's packs stay until it is certain that it has ended", () => {
  const story = new Story().lock("la", a1).pass(2 * HOUR).lock("lb", b1);
  const [ofA, ofB] = [story.pack(a2), story.pack(b2)];
  // Somebody's snapshot, and the end of the younger one, over connections that nobody can be told by.
  story.snapshot(b2).pass(HOUR).unlock("lb", b2);
  assert.deepEqual([story.free(ofA), story.free(ofB)], [false, false]);
  story.snapshot(a2).unlock("la", a1);
  assert.deepEqual([story.free(ofA), story.free(ofB)], [true, true]);
});

Deno.test("UploadSessions: two stopped backups are not taken for ended by the snapshot of a third", () => {
  const story = new Story().lock("la", a1).pass(HOUR).lock("lb", b1);
  const [ofA, ofB] = [story.pack(a2), story.pack(b2)];
  story.pass(HOUR).lock("lc", c1);
  const ofC = story.pack(c1);
  story.snapshot(c1).pass(HOUR).unlock("lc", c1).unlock("la", { x: 1 }).unlock("lb", { x: 2 });
  assert.deepEqual([story.free(ofA), story.free(ofB), story.free(ofC)], [false, false, false]);
});

Deno.test("UploadSessions: a prune may remove what is older than itself, and the next one what it wrote", () => {
  const story = new Story().lock("l1", a1);
  const first = story.pack(a1);
  story.snapshot(a1).unlock("l1", a1).lock("prune", b1);
  const repacked = story.pack(b2);
  assert.deepEqual([story.free(first), story.free(repacked)], [true, false]);
  story.unlock("prune", b2).lock("again", c1);
  assert.ok(story.free(repacked));
});

Deno.test("UploadSessions: locks of those who only read protect nothing", () => {
  const story = new Story();
  const pack = story.pack(a1);
  story.lock("check", b1);
  assert.ok(story.free(pack));
  story.unlock("check", c1);
  assert.ok(story.free(pack));
});

Deno.test("UploadSessions: a client that lost its lock before its first pack is protected when it goes on", () => {
  const story = new Story().lock("l1", a1).pass(HOUR).unlock("l1", b1).pass(HOUR);
  const before = story.sequence;
  const pack = story.pack(a1);
  assert.deepEqual([story.free(before), story.free(pack)], [true, false]);
});

Deno.test("UploadSessions: a lock that is left behind does not count for ever", () => {
  const story = new Story().lock("l1", a1);
  const pack = story.pack(a1);
  assert.ok(!story.free(pack));
  story.pass(SESSION_MS);
  assert.ok(story.free(pack));
});

Deno.test("UploadSessions: a restart forgets neither the locks nor those who may come back", () => {
  const before = new Story().lock("l1", a1);
  const pack = before.pack(a1);
  before.pass(HOUR).unlock("l1", b1);
  const orphans = JSON.parse(JSON.stringify(before.sessions.orphans(before.now)));
  const after = new Story(new UploadSessions(orphans));
  after.now = before.now;
  assert.ok(!after.free(pack));

  const sessions = new UploadSessions();
  sessions.found("l1", 100, before.now);
  const found = new Story(sessions);
  found.now = before.now;
  assert.deepEqual([found.free(100), found.free(101)], [true, false]);
});
