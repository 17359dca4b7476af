// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { filesBelow, nameOf, ServerStage, someBytes } from "../../kit/server_stage.ts";

const V2 = { Accept: "application/vnd.x.restic.rest.v2" };

Deno.test("backupPort: a repository is made, files come, are listed, read whole and in part", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const config = someBytes(155);
  assert.equal((await stage.ask("pc", "HEAD", "home/config")).status, 404);
  const saved = await stage.ask("pc", "POST", "home/config", { body: config });
  assert.deepEqual([saved.status, saved.body.length, saved.headers.get("SpareGrid-Server")], [200, 0, "1"]);
  assert.deepEqual((await stage.ask("pc", "GET", "home/config")).body, config);

  const pack = someBytes(1_000_000, 2);
  const name = await stage.store("pc", "home", "data", pack);
  const head = await stage.ask("pc", "HEAD", `home/data/${name}`);
  assert.equal(head.headers.get("Content-Length"), "1000000");
  assert.equal(head.headers.get("Accept-Ranges"), "bytes");
  assert.equal(head.headers.get("ETag"), `"${name}"`);
  assert.deepEqual((await stage.ask("pc", "GET", `home/data/${name}`)).body, pack);
  const part = await stage.ask("pc", "GET", `home/data/${name}`, { headers: { Range: "bytes=500000-" } });
  assert.deepEqual([part.status, part.headers.get("Content-Range")], [206, "bytes 500000-999999/1000000"]);
  assert.deepEqual(part.body, pack.subarray(500_000));
  const outside = await stage.ask("pc", "GET", `home/data/${name}`, { headers: { Range: "bytes=1000000-" } });
  assert.deepEqual([outside.status, outside.headers.get("Content-Range")], [416, "bytes */1000000"]);

  const list = await stage.ask("pc", "GET", "home/data/", { headers: V2 });
  assert.equal(list.headers.get("Content-Type"), V2.Accept);
  assert.deepEqual(JSON.parse(list.text), [{ name, size: 1_000_000 }]);
  assert.deepEqual(JSON.parse((await stage.ask("pc", "GET", "home/data/")).text), [name]);
  assert.deepEqual(JSON.parse((await stage.ask("pc", "GET", "home/keys/", { headers: V2 })).text), []);
});

Deno.test("backupPort: the store is a plain repository, private to this user", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  await stage.ask("pc", "POST", "home/config", { body: someBytes(155) });
  const name = await stage.store("pc", "home", "data", someBytes(100));
  const other = await stage.store("pc", "home", "index", someBytes(70, 3));
  assert.deepEqual(await filesBelow(stage.folder), [
    ["store/pc/home/config", 155],
    [`store/pc/home/data/${name.slice(0, 2)}/${name}`, 100],
    [`store/pc/home/index/${other}`, 70],
  ]);
  const mode = async (path: string) => (await Deno.lstat(`${stage.folder}/store/${path}`)).mode! & 0o777;
  assert.equal(await mode(`pc/home/data/${name.slice(0, 2)}/${name}`), 0o400);
  for (const folder of ["", "pc", "pc/home", "pc/home/data", ".incoming"]) {
    assert.equal(await mode(folder), 0o700);
  }
});

Deno.test("backupPort: a body that does not hash to its name is 400, and nothing of it stays", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  for (const type of ["data", "index", "keys", "locks", "snapshots"]) {
    const answer = await stage.ask("pc", "POST", `home/${type}/${"ab".repeat(32)}`, {
      body: someBytes(5_000),
    });
    assert.deepEqual([answer.status, answer.code], [400, "SG1040"]);
  }
  assert.deepEqual(await filesBelow(stage.folder), []);
  assert.deepEqual(stage.stores.usageOf("pc"), { storedBytes: 0, trashBytes: 0 });
});

Deno.test("backupPort: an existing name is 200 for the right body only, and is not written again", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const bytes = someBytes(300_000);
  const name = await stage.store("pc", "home", "data", bytes);
  const path = `${stage.folder}/store/pc/home/data/${name.slice(0, 2)}/${name}`;
  const before = await Deno.stat(path);
  await stage.store("pc", "home", "data", bytes);
  const wrong = await stage.ask("pc", "POST", `home/data/${name}`, { body: someBytes(300_000, 9) });
  assert.deepEqual([wrong.status, wrong.code], [400, "SG1040"]);
  const after = await Deno.stat(path);
  assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  assert.equal(stage.stores.usageOf("pc").storedBytes, 300_000);
});

Deno.test("backupPort: a config is never replaced, and goes last of all", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const config = someBytes(100);
  await stage.ask("pc", "POST", "home/config", { body: config });
  const second = await stage.ask("pc", "POST", "home/config", { body: someBytes(100, 2) });
  assert.deepEqual([second.status, second.code], [403, "SG1004"]);
  const held = [];
  for (const type of ["data", "index", "keys", "snapshots"]) {
    held.push(`home/${type}/${await stage.store("pc", "home", type, someBytes(200))}`);
  }
  for (const path of held) {
    const gone = await stage.ask("pc", "DELETE", "home/config");
    assert.deepEqual([gone.status, gone.code], [403, "SG1045"]);
    assert.equal((await stage.ask("pc", "DELETE", path)).status, 200);
  }
  const all = await stage.ask("pc", "DELETE", "home/");
  assert.deepEqual([all.status, all.code], [403, "SG1045"]);
  assert.deepEqual((await stage.ask("pc", "GET", "home/config")).body, config);
  // A client that removes its repository file by file can begin it anew, and all of it can be brought back.
  await stage.store("pc", "home", "locks", someBytes(150));
  assert.equal((await stage.ask("pc", "DELETE", "home/config")).status, 200);
  assert.equal((await stage.ask("pc", "GET", "home/config")).status, 404);
  const place = { account: "pc", repository: "home" };
  assert.equal((await stage.stores.undelete(place)).files, 5);
  assert.deepEqual((await stage.ask("pc", "GET", "home/config")).body, config);
});

Deno.test("backupPort: ?missing names what is not there, ?usage the space", async () => {
  await using stage = await ServerStage.open();
  await stage.repository("pc", "home", { quotaBytes: 10_000 });
  const name = await stage.store("pc", "home", "data", someBytes(1_000));
  const names = [`data/${name}`, `index/${name}`, "config", `data/${"0".repeat(64)}`];
  const missing = await stage.ask("pc", "POST", "home/?missing", { body: JSON.stringify(names) });
  assert.deepEqual(JSON.parse(missing.text), names.slice(1));
  const usage = JSON.parse((await stage.ask("pc", "GET", "home/?usage")).text);
  assert.deepEqual(usage, { used: 1_000, allotted: 10_000, free: 9_000, trash: 0, retentionLockDays: 14 });

  const many = Array.from({ length: 50_000 }, (_, i) => `data/${nameOf(new TextEncoder().encode(`${i}`))}`);
  const all = await stage.ask("pc", "POST", "home/?missing", { body: JSON.stringify(many) });
  assert.equal(JSON.parse(all.text).length, 50_000);
  for (
    const bad of [
      JSON.stringify([...many, "config"]),
      "[1]",
      `["data/../x"]`,
      "{}",
      "[",
      `["keys/"]`,
      `["trash/${name}"]`,
    ]
  ) {
    const answer = await stage.ask("pc", "POST", "home/?missing", { body: bad });
    assert.deepEqual([answer.status, answer.code], [400, "SG1040"], bad.slice(0, 40));
  }
  const huge = await stage.ask("pc", "POST", "home/?missing", { body: new Uint8Array(5_000_000) });
  assert.deepEqual([huge.status, huge.code], [413, "SG1041"]);
});

Deno.test("backupPort: ?since tells what was stored and removed, in order", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const since = async (sequence: number) =>
    JSON.parse((await stage.ask("pc", "GET", `home/?since=${sequence}`)).text);
  assert.deepEqual(await since(0), { sequence: 0, more: false, events: [] });
  const first = await stage.store("pc", "home", "data", someBytes(10, 1));
  const second = await stage.store("pc", "home", "snapshots", someBytes(20, 2));
  await stage.store("pc", "home", "locks", someBytes(30, 3));
  const event = (sequence: number, file: string, size: number, removed = false) => ({
    sequence,
    file,
    size,
    removed,
  });
  assert.deepEqual(await since(0), {
    ...{ sequence: 2, more: false },
    events: [event(1, `data/${first}`, 10), event(2, `snapshots/${second}`, 20)],
  });
  await stage.ask("pc", "DELETE", `home/snapshots/${second}`);
  assert.deepEqual(await since(1), {
    sequence: 3,
    more: false,
    events: [event(3, `snapshots/${second}`, 20, true)],
  });
  await stage.store("pc", "home", "snapshots", someBytes(20, 2));
  assert.deepEqual((await since(3)).events, [event(4, `snapshots/${second}`, 20)]);
  assert.deepEqual(await since(99), { sequence: 99, more: false, events: [] });
});

Deno.test("backupPort: what is asked wrongly is told as a problem, with its code", async () => {
  await using stage = await ServerStage.open();
  await stage.repository();
  const is = async (method: string, path: string, status: number, code: string) => {
    const answer = await stage.ask("pc", method, path);
    assert.deepEqual([answer.status, answer.code], [status, code], `${method} ${path}`);
    assert.equal(answer.headers.get("SpareGrid-Server"), "1");
    assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
    if (method !== "HEAD") assert.equal(JSON.parse(answer.text).code, code);
    return answer;
  };
  const name = "0".repeat(64);
  await is("GET", `home/data/${name}`, 404, "SG1006");
  await is("HEAD", `home/data/${name}`, 404, "SG1006");
  await is("DELETE", `home/data/${name}`, 404, "SG1006");
  await is("GET", "other/config", 404, "SG1002");
  await is("GET", "other/keys/", 404, "SG1002");
  await is("GET", "home/?what", 400, "SG1040");
  await is("GET", "home/data", 400, "SG1040");
  await is("GET", `home/data/${name.slice(1)}`, 400, "SG1040");
  await is("GET", `home/data/${name.toUpperCase().replace("0", "A")}`, 400, "SG1040");
  const put = await is("PUT", `home/data/${name}`, 405, "SG1040");
  assert.equal(put.headers.get("Allow"), "HEAD, GET, POST, DELETE");
});
