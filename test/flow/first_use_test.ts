// Copyright the SpareGrid authors. Apache-2.0.
// The story of README: nothing set up, a first backup, a restore.
import assert from "node:assert/strict";
import { type Ended, restic, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";

const nobody = (home: string) => ({ env: { HOME: home, XDG_DATA_HOME: "", SPAREGRID_PASSWORD: "" } });

Deno.test("the first backup makes the default repository, keeps a password, warns, and says how to restore", async () => {
  await using folder = await scratch();
  const home = `${folder.path}/home`, documents = `${home}/documents`;
  await Deno.mkdir(documents, { recursive: true });
  await Deno.writeTextFile(`${documents}/letter.txt`, "Dear reader");
  const first = await sparegridDone(["backup", documents], nobody(home));
  const data = `${home}/.local/share/sparegrid`;
  assert.match(first.err, /password of the new repository is kept in (.*\/sparegrid\/password)\./);
  assert.match(first.err, /lies on the same file system as/);
  assert.match(
    first.out,
    /To restore it: npx -y deno@[0-9.]+ task sparegrid restore [0-9a-f]{8} --target FOLDER/,
  );
  const password = (await Deno.readTextFile(`${data}/password`)).trim();
  assert.equal((await Deno.stat(`${data}/password`)).mode! & 0o777, 0o600);
  assert.match(password, /^([a-z2-9]{5}-){5}[a-z2-9]{5}$/);
  assert.ok(!(first.out + first.err).includes(password), "the password is printed");

  const second = await sparegridDone(["backup", documents], nobody(home));
  assert.match(second.out, /Files: {4}0 new, 0 changed, 1 unmodified/);
  assert.doesNotMatch(second.err, /password of the new repository/);

  const target = `${folder.path}/restored`;
  await sparegridDone(["restore", "latest", "--target", target], nobody(home));
  assert.equal(await Deno.readTextFile(`${target}${documents}/letter.txt`), "Dear reader");

  const check = await restic(["-r", `${data}/repository`, "check", "--read-data"], {
    env: { RESTIC_PASSWORD: password },
  });
  assert.equal(check.code, 0, check.err);
});

Deno.test("without a default repository every other command says how to make one, with status 10", async () => {
  await using folder = await scratch();
  const env = { ...nobody(folder.path).env, SPAREGRID_PASSWORD: "x" };
  const ended: Ended = await sparegrid(["snapshots"], { env });
  assert.equal(ended.code, 10, ended.err);
  assert.match(
    ended.err,
    /it has not been made yet \[SG1002\]\n {2}Make a first backup with: sparegrid backup PATH/,
  );
});

Deno.test("the task of README takes relative paths from the folder that the user is in", async () => {
  await using folder = await scratch();
  const here = `${folder.path}/a folder`;
  await Deno.mkdir(`${here}/documents`, { recursive: true });
  await Deno.writeTextFile(`${here}/documents/letter.txt`, "Dear reader");
  const task = async (...args: string[]) => {
    const project = new URL("../../deno.json", import.meta.url).pathname;
    // The tests run in a task themselves, which says where that was started.
    const { code, stderr } = await new Deno.Command("env", {
      args: ["-u", "INIT_CWD", Deno.execPath(), "task", "--config", project, "sparegrid", ...args],
      cwd: here,
      env: { SPAREGRID_PASSWORD: "x" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  };
  await task("init", "-r", "repository");
  await task("backup", "-r", "repository", "documents");
  await task("restore", "-r", "repository", "latest", "--target", "restored");
  assert.equal(await Deno.readTextFile(`${here}/restored${here}/documents/letter.txt`), "Dear reader");
});
