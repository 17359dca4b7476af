// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { SetExcludes, SetKeep, SetOptions, SetOrder } from "../../../mod/client/mod.ts";
import { isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import { ClientStage } from "../../kit/client_stage.ts";

const EXCLUDES: SetExcludes = {
  ...{ patterns: ["*.o", "!keep.o"], patternsIgnoringCase: ["*.TMP"], ifPresent: [".nobackup:x"] },
  ...{ caches: true, largerThan: 1000, oneFileSystem: true },
};
const KEEP: SetKeep = { last: 3, daily: 7, within: 86_400_000 };
const OPTIONS: SetOptions = { compression: "max", tags: ["a"], skipIfUnchanged: true, keep: KEEP };

function fails(work: Promise<unknown>, code: SgCode, field?: string): Promise<void> {
  return assert.rejects(work, (error) => {
    assert.ok(isSgError(error, code), String(error));
    assert.equal(error.context["field"], field, error.message);
    return true;
  });
}

Deno.test("BackupSets: a set is kept as ordered, with a slug and a password of its own", async () => {
  await using stage = await ClientStage.open();
  const { sets } = stage;
  const destination = await stage.folderDestination("disk");
  const order: SetOrder = {
    ...{ name: "  Ärger & Söhne. ", sources: ["/home/ann/", "/etc/./x", "/home/ann"], excludes: EXCLUDES },
    ...{ options: OPTIONS, destinations: [{ destination }] },
  };
  const set = await sets.create(order);
  assert.equal(set.slug, "arger-sohne");
  assert.deepEqual(set.sources, ["/home/ann", "/etc/x"]);
  assert.deepEqual([set.excludes, set.options], [EXCLUDES, OPTIONS]);
  assert.deepEqual(set.destinations, [{ destinationId: destination, repository: "arger-sohne" }]);
  assert.deepEqual([set.passwordGenerated, set.paused, set.deleting], [true, false, false]);
  assert.match(await sets.password(set.id), /^(?:[a-z2-9]{5}-){5}[a-z2-9]{5}$/);
  assert.deepEqual(await sets.byName("ärger & söhne."), undefined); // only ASCII is compared without regard to case
  assert.deepEqual(await sets.byName("Ärger & söhne.".replace("s", "S")), set);

  const own = await sets.create({ ...order, name: "arger sohne", password: "mine & only" });
  assert.equal(own.slug, "arger-sohne-2");
  assert.equal(await sets.password(own.id), "mine & only");
  assert.equal(own.passwordGenerated, false);
  assert.equal((await sets.byDestination([destination])).get(destination)?.length, 2);
  assert.deepEqual((await sets.page({ limit: 1, after: "arger sohne" })).map(({ id }) => id), [set.id]);
  await fails(stage.destinations.remove(destination), "SG1040", "id");
});

Deno.test("BackupSets.update: changes what is given, keeps slug, password and the repositories that stay", async () => {
  await using stage = await ClientStage.open();
  const { sets, catalog } = stage;
  const [a, b] = [await stage.folderDestination("a"), await stage.folderDestination("b")];
  const set = await sets.create({ name: "Home", sources: ["/home"], destinations: [{ destination: a }] });
  await catalog.sets.made(set.id, a, 77);
  const next = await sets.update({
    ...{ id: set.id, name: "House", paused: true, options: OPTIONS },
    destinations: [{ destination: b, repository: "deep/down" }, { destination: a }],
  });
  assert.deepEqual([next.name, next.slug, next.paused, next.sources], ["House", "home", true, ["/home"]]);
  assert.deepEqual(next.destinations.map(({ repository }) => repository), ["deep/down", "home"]);
  const kept = (await catalog.sets.get(set.id))!.destinations;
  assert.deepEqual(kept.map(({ madeAt }) => madeAt), [null, 77]);
  assert.equal((await sets.update({ id: set.id, paused: false })).paused, false);
  await fails(sets.update({ id: "none" }), "SG1036");
  await fails(sets.update({ id: set.id, destinations: [] }), "SG1040", "destinations");
  const other = await sets.create({ name: "Other", sources: ["/o"], destinations: [{ destination: a }] });
  await fails(sets.update({ id: other.id, name: "house" }), "SG1035", "name");
  const taken = [{ destination: b, repository: "deep/down" }];
  await fails(sets.update({ id: other.id, destinations: taken }), "SG1040", "destinations");
});

Deno.test("BackupSets.create: each value that cannot be used is refused by the name of its field, and nothing is kept", async () => {
  await using stage = await ClientStage.open();
  const destination = await stage.folderDestination("disk");
  const good: SetOrder = { name: "x", sources: ["/x"], destinations: [{ destination }] };
  const options = (part: Partial<SetOptions>) => ({ options: { ...OPTIONS, ...part } });
  const excludes = (part: Partial<SetExcludes>) => ({ excludes: { ...EXCLUDES, ...part } });
  const bad: [string, Partial<SetOrder>][] = [
    ["name", { name: "" }],
    ["name", { name: "x".repeat(101) }],
    ["sources", { sources: [] }],
    ["sources", { sources: ["home"] }],
    ["sources", { sources: ["/a\0b"] }],
    ["destinations", { destinations: [] }],
    ["destinations", { destinations: [{ destination: "0".repeat(32) }] }],
    ["destinations", { destinations: [{ destination }, { destination }] }],
    ["destinations.repository", { destinations: [{ destination, repository: "../x" }] }],
    ["destinations.repository", { destinations: [{ destination, repository: "/x" }] }],
    ["destinations.repository", { destinations: [{ destination, repository: "a\nb" }] }],
    ["password", { password: "" }],
    ["password", { password: "two\nlines" }],
    ["excludes.patterns", excludes({ patterns: ["["] })],
    ["excludes.patterns", excludes({ patterns: [""] })],
    ["excludes.ifPresent", excludes({ ifPresent: [":x"] })],
    ["excludes.largerThan", excludes({ largerThan: -1 })],
    ["options.compression", options({ compression: "best" as "max" })],
    ["options.tags", options({ tags: ["a,b"] })],
    ["options.keep", options({ keep: {} })],
    ["options.keep", options({ keep: { last: 0, daily: 0 } })],
    ["options.keep.weekly", options({ keep: { weekly: 1.5 } })],
    ["options.keep.within", options({ keep: { within: 1000 } })],
  ];
  for (const [field, part] of bad) await fails(stage.sets.create({ ...good, ...part }), "SG1040", field);
  assert.equal(await stage.sets.count(), 0);
  await stage.sets.create(good);
  await fails(stage.sets.create({ ...good, name: "X" }), "SG1035", "name");
});

Deno.test("BackupSets.recoverySheet: tells place and password on lines of their own, and no server's secret", async () => {
  await using stage = await ClientStage.open();
  const disk = await stage.folderDestination("my disk");
  const place = { kind: "rest", url: "https://h.example/b", user: "ann", password: "hunter2-xyzzy" } as const;
  const { destination: { id: rest } } = await stage.destinations.create({ name: "far", place }, stage.signal);
  const password = `long ${"pass phrase ".repeat(30)}end`;
  const set = await stage.sets.create({
    ...{ name: "Home", sources: ["/home", "/odd\nname"], password },
    destinations: [{ destination: disk }, { destination: rest, repository: "" }],
  });
  const sheet = await stage.sets.recoverySheet(set.id);
  const lines = sheet.split("\n");
  assert.ok(lines.includes(password));
  assert.ok(lines.includes(`  restic -r '${stage.folder}/my disk/home' restore latest --target /restored`));
  assert.ok(lines.includes("  restic -r rest:https://h.example/b/ restore latest --target /restored"));
  assert.ok(sheet.includes("user name ann"));
  assert.ok(lines.includes("  /odd\\x0aname"));
  assert.ok(!sheet.includes("hunter2"));
});
