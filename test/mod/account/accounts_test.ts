// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { SgError } from "../../../mod/errors/mod.ts";
import { utf8Text } from "../../../mod/base/mod.ts";
import { Accounts } from "../../../mod/account/mod.ts";
import { automaticShares } from "../../../mod/account/automatic_share.ts";
import { accountStage, refusal, STAGE_START_MS } from "../../kit/account_stage.ts";

const GB = 1_000_000_000;
const manual = { kind: "manual" } as const;
const ask = (id: string) => ({ id, address: "192.0.2.1", approval: manual });

Deno.test("Accounts: a request waits, is approved, deactivated and let in again", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  const { account, secret } = await accounts.request({ ...ask("pc-1"), label: "Ann's PC" });
  assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(account, {
    ...{
      id: "pc-1",
      state: "pending",
      label: "Ann's PC",
      quotaBytes: null,
      automaticShare: false,
      appendOnly: false,
    },
    ...{ retentionLockDays: 14, uploadBytesPerSecond: null, suspended: false, createdAt: STAGE_START_MS },
    ...{ approvedAt: null, seenAt: null, seenAddress: "192.0.2.1" },
  });
  await refusal(accounts.setActive("pc-1", true), "SG1040");
  stage.pass(5);
  const approved = await accounts.approve("pc-1", 5 * GB);
  assert.deepEqual([approved.state, approved.quotaBytes, approved.approvedAt], [
    "active",
    5 * GB,
    STAGE_START_MS + 5,
  ]);
  await refusal(accounts.approve("pc-1", 1), "SG1040");
  assert.equal((await accounts.setActive("pc-1", false)).state, "inactive");
  assert.equal((await accounts.setActive("pc-1", true)).state, "active");
  assert.equal((await accounts.suspend("pc-1", true)).suspended, true);
  assert.equal((await accounts.get("pc-1")).suspended, true);
  assert.equal((await accounts.suspend("pc-1", false)).suspended, false);
  assert.deepEqual((await accounts.withSecret("pc-1"))!.secret, secret);
  await accounts.remove("pc-1");
  await refusal(accounts.get("pc-1"), "SG1036");
});

Deno.test("Accounts.update: changes what is given, within bounds", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  await accounts.request(ask("a"));
  const changed = await accounts.update("a", {
    ...{ label: "x", quotaBytes: 7, appendOnly: true, retentionLockDays: 30, uploadBytesPerSecond: 9 },
  });
  assert.deepEqual(
    [
      changed.label,
      changed.quotaBytes,
      changed.appendOnly,
      changed.retentionLockDays,
      changed.uploadBytesPerSecond,
    ],
    ["x", 7, true, 30, 9],
  );
  assert.equal((await accounts.update("a", { uploadBytesPerSecond: 0 })).uploadBytesPerSecond, null);
  const bad = [
    { quotaBytes: -1 },
    { quotaBytes: 0.5 },
    { quotaBytes: Infinity },
    { retentionLockDays: 2 },
    { retentionLockDays: 4_000 },
    { uploadBytesPerSecond: -1 },
    { label: "a\nb" },
    { label: "x".repeat(201) },
  ];
  for (const update of bad) await refusal(accounts.update("a", update), "SG1040");
  await refusal(accounts.update("b", { label: "x" }), "SG1036");
  await refusal(accounts.suspend("b", true), "SG1036");
  await refusal(accounts.resetSecret("b"), "SG1036");
  await refusal(accounts.remove("b"), "SG1036");
});

Deno.test("Accounts.request: IDs that are not of the form are refused, taken ones too", async () => {
  await using stage = await accountStage();
  for (const id of ["", ".a", "A", "a/b", "a b", "a%2fb", "..", "ä", "a".repeat(65), "a\n"]) {
    await refusal(stage.accounts.request(ask(id)), "SG1040");
  }
  const both = await Promise.allSettled([stage.accounts.request(ask("a")), stage.accounts.request(ask("a"))]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await refusal(stage.accounts.request(ask("a")), "SG1035");
});

Deno.test("Accounts.request: strangers cannot fill the list: a hundred wait at most, and addresses are slowed down", async () => {
  await using stage = await accountStage();
  for (let i = 0; i < 60; i++) await stage.accounts.request(ask(`one-${i}`));
  const { waitSeconds } = await refusal(stage.accounts.request(ask("one-60")), "SG1039");
  assert.equal(waitSeconds, 1);
  for (let i = 0; i < 40; i++) await stage.accounts.request({ ...ask(`two-${i}`), address: "192.0.2.2" });
  await refusal(stage.accounts.request({ ...ask("three"), address: "192.0.2.3" }), "SG1039");
  await stage.accounts.approve("one-0", 1);
  await stage.accounts.request({ ...ask("three"), address: "192.0.2.3" });
});

Deno.test("Accounts.request: automatic approval shares the space, and the others' shares follow", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  const used: Record<string, number> = {};
  const approval = {
    kind: "automatic",
    totalBytes: 100 * GB,
    usedBytes: (id: string) => used[id] ?? 0,
  } as const;
  const first = await accounts.request({ ...ask("first"), approval });
  assert.deepEqual([first.account.state, first.account.quotaBytes], ["active", 100 * GB]);
  used["first"] = 10 * GB;
  const second = await accounts.request({ ...ask("second"), approval });
  assert.equal(second.account.quotaBytes, 45 * GB);
  assert.equal((await accounts.get("first")).quotaBytes, 55 * GB);
  await accounts.update("first", { quotaBytes: 20 * GB }); // from now on an administrator's, not a share
  await Promise.all(["third", "fourth"].map((id) => accounts.request({ ...ask(id), approval })));
  const quotas = (await accounts.page({ first: 10 })).nodes.map(({ quotaBytes }) => quotaBytes!);
  assert.equal((await accounts.get("first")).quotaBytes, 20 * GB);
  const sum = quotas.reduce((a, b) => a + b);
  assert.ok(sum <= 100 * GB && sum > 100 * GB - 4, `${sum}`);
  assert.equal(await accounts.allottedBytes(), sum);
});

Deno.test("automaticShares: nothing is shared where nothing is left", () => {
  const facts = { totalBytes: 10, fixedBytes: 8, sharing: [{ id: "a", usedBytes: 5 }] };
  assert.deepEqual(automaticShares(facts), { newBytes: 0, quotas: [{ id: "a", quotaBytes: 5 }] });
});

Deno.test("Accounts.adopt: makes an inactive account with nothing allotted, and leaves one that is there", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  await accounts.adopt("found");
  const { state, quotaBytes } = await accounts.get("found");
  assert.deepEqual([state, quotaBytes], ["inactive", null]);
  await accounts.request(ask("known"));
  await accounts.adopt("known");
  assert.equal((await accounts.get("known")).state, "pending");
  await refusal(accounts.adopt("../x"), "SG1040");
  for (let i = 0; i < 120; i++) await accounts.adopt(`found-${i}`);
});

Deno.test("Accounts.resetSecret: the old secret is gone at once, also from memory", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  const { secret } = await accounts.request(ask("a"));
  assert.equal((await accounts.withSecret("a"))!.secret, secret);
  const reset = await accounts.resetSecret("a");
  assert.notEqual(reset.secret, secret);
  assert.equal((await accounts.withSecret("a"))!.secret, reset.secret);
  assert.equal((await (await stage.reopen()).accounts.withSecret("a"))!.secret, reset.secret);
});

Deno.test("Accounts: secrets lie in the catalog sealed, and one moved to another account opens nothing", async () => {
  await using stage = await accountStage();
  const { secret } = await stage.accounts.request(ask("a"));
  await stage.accounts.request(ask("b"));
  const row = (await stage.catalog.accounts.byId("a"))!;
  assert.ok(!utf8Text(new Uint8Array(row.secret)).includes(secret));
  await stage.catalog.accounts.update("b", { secret: row.secret });
  await refusal((await stage.reopen()).accounts.withSecret("b"), "SG1050");
});

Deno.test("Accounts.withSecret: what was read before a change is never remembered after it", async () => {
  await using stage = await accountStage();
  const old = await stage.accounts.request(ask("a"));
  const held = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  const byId: typeof stage.catalog.accounts.byId = async (id) => {
    const row = await stage.catalog.accounts.byId(id);
    read.resolve();
    await held.promise;
    return row;
  };
  const catalog = { ...stage.catalog, accounts: { ...stage.catalog.accounts, byId } };
  const accounts = new Accounts({ ...stage, catalog });
  const reading = accounts.withSecret("a");
  await read.promise;
  const { secret } = await accounts.resetSecret("a");
  held.resolve();
  assert.equal((await reading)!.secret, old.secret); // it was so when it was asked
  assert.equal((await accounts.withSecret("a"))!.secret, secret);
});

Deno.test("Accounts.withSecret: names that nobody has cost no query, and what is made is found at once", async () => {
  await using stage = await accountStage();
  await stage.accounts.request(ask("before"));
  let asked = 0;
  const byId = (id: string) => (asked++, stage.catalog.accounts.byId(id));
  const catalog = { ...stage.catalog, accounts: { ...stage.catalog.accounts, byId } };
  const accounts = new Accounts({ ...stage, catalog });
  for (let i = 0; i < 1_000; i++) assert.equal(await accounts.withSecret(`made-up-${i}`), undefined);
  assert.equal(asked, 0);
  assert.ok(await accounts.withSecret("before"));
  await accounts.request(ask("made-up-1"));
  await accounts.adopt("made-up-2");
  assert.ok(await accounts.withSecret("made-up-1") && await accounts.withSecret("made-up-2"));
  await accounts.remove("made-up-1");
  assert.equal(await accounts.withSecret("made-up-1"), undefined);
});

Deno.test("Accounts.watch: a loop that is left listens no more, and several listen at once", async () => {
  await using stage = await accountStage();
  await stage.accounts.request(ask("a"));
  const stop = new AbortController();
  const [one, two] = [stage.accounts.watch(stop.signal), stage.accounts.watch(stop.signal)];
  await stage.accounts.suspend("a", true);
  for await (const id of one) {
    assert.equal(id, "a");
    break;
  }
  await stage.accounts.suspend("a", false);
  assert.equal((await one.next()).done, true);
  assert.equal((await two.next()).value, "a");
  stop.abort();
});

Deno.test("Accounts.withSecret: a catalog that failed once is asked again", async () => {
  await using stage = await accountStage();
  await stage.accounts.request(ask("a"));
  let failing = true;
  const ids = () =>
    failing ? Promise.reject(new SgError("SG1034", "The catalog failed")) : stage.catalog.accounts.ids();
  const catalog = { ...stage.catalog, accounts: { ...stage.catalog.accounts, ids } };
  const accounts = new Accounts({ ...stage, catalog });
  await refusal(accounts.withSecret("a"), "SG1034");
  failing = false;
  assert.ok(await accounts.withSecret("a"));
});

Deno.test("Accounts.page: by ID, filtered by state and by a part of ID or label", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  for (const id of ["pc-1", "pc-2", "srv_1", "100%"].slice(0, 3)) {
    await accounts.request({ ...ask(id), label: `Label of ${id}` });
  }
  await accounts.approve("pc-2", 1);
  const ids = async (...args: Parameters<Accounts["page"]>) =>
    (await accounts.page(...args)).nodes.map(({ id }) => id);
  assert.deepEqual(await ids({ first: 5 }), ["pc-1", "pc-2", "srv_1"]);
  assert.deepEqual(await ids({ first: 5 }, { state: "pending" }), ["pc-1", "srv_1"]);
  assert.deepEqual(await ids({ first: 5 }, { text: "PC" }), ["pc-1", "pc-2"]);
  assert.deepEqual(await ids({ first: 5 }, { text: "label of s" }), ["srv_1"]);
  assert.deepEqual(await ids({ first: 5 }, { text: "%" }), []);
  assert.deepEqual(await ids({ first: 5 }, { text: "_", state: "pending" }), ["srv_1"]);
  const page = await accounts.page({ first: 2 });
  assert.deepEqual([page.hasNextPage, page.totalCount], [true, 3]);
  assert.deepEqual(await ids({ first: 2, after: page.endCursor! }), ["srv_1"]);
});

Deno.test("Accounts.seen: is written down once a minute, and when the address changes", async () => {
  await using stage = await accountStage();
  const { catalog } = stage;
  let writes = 0;
  const update: typeof catalog.accounts.update = (...args) => (writes++, catalog.accounts.update(...args));
  const accounts = new Accounts({
    ...stage,
    catalog: { ...catalog, accounts: { ...catalog.accounts, update } },
  });
  await accounts.request(ask("a"));
  const seenAt = async () => (await catalog.accounts.byId("a"))!.seenAt! - STAGE_START_MS;
  const seen = async (address: string) => await accounts.seen(await accounts.get("a"), address);
  const first = await accounts.get("a");
  await Promise.all(Array.from({ length: 50 }, () => accounts.seen(first, "::1")));
  assert.equal(writes, 1);
  stage.pass(59_000);
  await seen("::1");
  assert.equal(await seenAt(), 0);
  stage.pass(1_000);
  await seen("::1");
  assert.equal(await seenAt(), 60_000);
  stage.pass(1_000);
  await seen("::2");
  assert.equal(await seenAt(), 61_000);
});

Deno.test("Accounts.watch: tells each change once, also those between call and loop, and ends with its signal", async () => {
  await using stage = await accountStage();
  const { accounts } = stage;
  const stop = new AbortController();
  const changes = accounts.watch(stop.signal);
  await accounts.request(ask("a"));
  await accounts.request(ask("b"));
  await accounts.approve("a", 1);
  assert.deepEqual((await changes.next()).value, "a");
  assert.deepEqual((await changes.next()).value, "b");
  const waiting = changes.next();
  await accounts.suspend("b", true);
  assert.deepEqual(await waiting, { done: false, value: "b" });
  const last = changes.next();
  stop.abort();
  assert.equal((await last).done, true);
  await accounts.suspend("b", false);
  assert.equal((await changes.next()).done, true);
  assert.equal((await accounts.watch(AbortSignal.abort()).next()).done, true);
});
