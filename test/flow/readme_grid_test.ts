// Copyright the SpareGrid authors. Apache-2.0.
// "Back up to another machine" of README: the very commands, typed into shells one after the other.
import assert from "node:assert/strict";
import { sparegridArgv } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";

const COMMANDS_MAX = 12;

/** The commands of one section of README, in order. */
function commandsOf(section: string): string[] {
  const text = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
  const body = text.split(`\n## ${section}\n`)[1]!.split("\n## ")[0]!;
  return [...body.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) => block!.trim().split("\n"));
}

/** A home of its own in which the word `sparegrid` runs this checkout. */
async function home(folder: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${folder}/bin`);
  const words = sparegridArgv().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${folder}/bin/sparegrid`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return {
    HOME: folder,
    PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
    XDG_DATA_HOME: "",
    SPAREGRID_PASSWORD: "",
  };
}

/** A command that goes on until it is told to end. */
class Terminal implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<unknown>;
  text = "";

  constructor(command: string, env: Record<string, string>) {
    this.#process = new Deno.Command("bash", {
      args: ["-c", `exec ${command}`],
      ...{ env, stdin: "null", stdout: "piped", stderr: "piped" },
    }).spawn();
    this.#ended = Promise.all([this.#read(this.#process.stdout), this.#read(this.#process.stderr)]);
  }

  /** Resolves when it has said so. */
  async says(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      const ended = await Promise.race([
        this.#ended.then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 50, false)),
      ]);
      assert.ok(!ended || this.text.includes(words), this.text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#ended;
    assert.equal((await this.#process.status).code, 0, this.text);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.text += text;
  }
}

Deno.test("README: from nothing to a server's backup of the Linux source tree, and back", async () => {
  await using folder = await scratch();
  const env = await home(folder.path);
  const commands = commandsOf("Back up to another machine");
  assert.ok(commands.length < COMMANDS_MAX, commands.join("\n"));
  await using terminals = new AsyncDisposableStack();
  const exported: string[] = [];
  let said = "";
  for (const command of commands) {
    if (command.startsWith("sparegrid serve")) {
      await terminals.use(new Terminal(command, env)).says("Console:");
      continue;
    }
    if (command.startsWith("export ")) {
      exported.push(command);
      continue;
    }
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", [...exported, command].join("\n")],
      ...{ env, stdin: "null" },
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, `${command}\n${text}`);
    if (command.includes("run start")) said = text;
  }
  assert.match(said, /is done after/);
  await assertEqualTrees(folder.path);
});

async function assertEqualTrees(home: string): Promise<void> {
  const [name] = [...Deno.readDirSync(`${home}/trial`)].map(({ name }) => name).filter((name) =>
    name.startsWith("linux-source-")
  );
  const source = `${home}/trial/${name}`;
  const restored = await found(`${home}/trial/file`, "MAINTAINERS");
  assert.deepEqual(await Deno.readFile(restored), await Deno.readFile(`${source}/MAINTAINERS`));
  await same(
    `${source}/kernel`,
    (await found(`${home}/trial/folder`, "kernel/fork.c", "fork.c")).replace("/fork.c", ""),
  );
  await same(source, `${home}/trial/all${source}`);
}

/** The one entry below a folder whose path ends so. */
async function found(folder: string, ...ends: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("find", { args: [folder, "-type", "f"] }).output();
  const paths = new TextDecoder().decode(stdout).split("\n");
  const path = paths.find((path) =>
    ends.some((end) => path === `${folder}/${end}` || path.endsWith(`/${end}`))
  );
  assert.ok(path, `${ends[0]} is not in ${folder}`);
  return path;
}

async function same(a: string, b: string): Promise<void> {
  const args = ["-r", "--no-dereference", "--brief", a, b];
  const { code, stdout, stderr } = await new Deno.Command("diff", { args }).output();
  assert.equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}
