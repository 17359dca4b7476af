// Copyright the SpareGrid authors. Apache-2.0.
// F23, F24 for real: a source that other programs change all the time, and places that forbid reading or writing.
import assert from "node:assert/strict";
import { sparegrid, sparegridDone, start } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";

const root = Deno.uid() === 0;
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** What a busy program does to the names in its folder, for ever. */
const BUSY = `
  cd "$1"
  for ((i = 0; ; i++)); do
    head -c $((RANDOM * 40)) /dev/urandom > a; echo "$i" >> log; truncate -s $((RANDOM % 5000)) log
    rm -rf b; mkdir b; echo "$i" > b/c; rm -rf b; mkfifo b; rm -f b; ln -s /etc/hostname b; rm -f b; echo "$i" > b
    mv a d; mv d a; rm -f a; mknod e c 1 3 2>/dev/null; rm -f e
  done`;

Deno.test("a backup of a folder that another process changes all the time ends, and what it stored is sound", async () => {
  await using folder = await scratch();
  const at = (name: string) => `${folder.path}/${name}`;
  const env = { SPAREGRID_CACHE_DIR: at("cache") };
  await Deno.mkdir(at("source"));
  await Deno.writeTextFile(at("source/steady"), "steady");
  await sparegridDone(["init", "-r", at("repo")], { env });
  const busy = new Deno.Command("bash", { args: ["-c", BUSY, "busy", at("source")], stderr: "null" }).spawn();
  try {
    for (let run = 0; run < 4; run++) {
      const ended = await sparegrid(["-r", at("repo"), "backup", at("source")], {
        env,
        under: ["timeout", "--kill-after=5", "60"],
      });
      assert.ok([0, 3].includes(ended.code), `${ended.code}: ${ended.err}`);
      if (ended.code === 3) assert.match(ended.err, /\[SG(0094|1026)\]/);
    }
  } finally {
    busy.kill("SIGKILL");
    await busy.status;
  }
  await sparegridDone(["-r", at("repo"), "check", "--read-data"], { env });
  await sparegridDone(["-r", at("repo"), "restore", "latest", "--target", at("out")], { env });
  assert.equal(await Deno.readTextFile(`${at("out")}${at("source/steady")}`), "steady");
});

Deno.test(
  "what may not be read is named, what may is stored, and a restore names what it may not write (needs root)",
  {
    ignore: !root,
  },
  async () => {
    await using folder = await scratch();
    const at = (name: string) => `${folder.path}/${name}`;
    const env = { SPAREGRID_CACHE_DIR: at("cache"), HOME: at("."), DENO_DIR: at("deno") };
    const mine = { env, under: NOBODY };
    await Deno.mkdir(at("source/shut"), { recursive: true });
    await Deno.mkdir(at("source/open"));
    for (const name of ["open/a", "open/b", "shut/c", "secret"]) {
      await Deno.writeTextFile(
        at(`source/${name}`),
        name,
      );
    }
    await start(["chown", "-R", "65534:65534", at(".")]);
    for (const name of ["source/secret", "source/shut"]) {
      await Deno.chown(at(name), 0, 0);
      await Deno.chmod(at(name), 0o600);
    }
    await sparegridDone(["init", "-r", at("repo")], mine);
    const backup = await sparegrid(["-r", at("repo"), "backup", at("source")], mine);
    assert.equal(backup.code, 3, backup.err);
    assert.match(backup.err, /\[SG0094\]/);
    for (const name of ["source/secret", "source/shut"]) {
      assert.match(backup.err, new RegExp(`Cannot read .*${name}: `));
    }
    // Into a target of which one folder may not be written.
    const inner = `${at("out")}${at("source/open")}`;
    await Deno.mkdir(inner, { recursive: true });
    await start(["chown", "-R", "65534:65534", at("out")]);
    await Deno.chown(inner, 0, 0);
    const restore = await sparegrid(["-r", at("repo"), "restore", "latest", "--target", at("out")], mine);
    assert.equal(restore.code, 3, restore.err);
    for (const name of ["a", "b"]) {
      assert.match(restore.err, new RegExp(`Cannot restore .*source/open/${name}: `));
    }
    assert.match(restore.err, /\[SG1012\]/);
    await Deno.mkdir(at("closed"), { mode: 0o755 });
    const refused = await sparegrid(
      ["-r", at("repo"), "restore", "latest", "--target", at("closed/out")],
      mine,
    );
    assert.equal(refused.code, 1, refused.err);
    assert.match(refused.err, /closed.*\[SG1012\]\n {2}\S/);
  },
);
