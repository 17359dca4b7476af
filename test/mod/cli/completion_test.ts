// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { completedCommands } from "../../../mod/cli/completion.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "../../../mod/cli/completion_scripts.ts";
import { stage } from "../../kit/cli_stage.ts";
import { start } from "../../kit/command_line.ts";
import { scratch } from "../../kit/scratch.ts";

/** What is typed before the key, and what must and must not be offered. */
const CASES: readonly (readonly [line: string, offered: readonly string[], not: readonly string[]])[] = [
  ["sta", ["stats", "status"], ["backup"]],
  ["", ["backup", "set", "serve", "completion"], ["list", "add"]],
  ["set ", ["list", "add", "recovery-sheet"], ["backup", "revoke"]],
  ["run s", ["start", "show", "suspend", "stop"], ["list"]],
  ["config ", ["set"], ["list"]],
  ["backup --excl", ["--exclude", "--exclude-caches"], ["--include"]],
  ["-v --repo /x ba", ["backup"], []],
  ["set add name --dest", ["--destination"], []],
  ["serve --backup-p", ["--backup-port"], []],
  ["serve --server --backup-p", ["--backup-port"], []],
  ["destination add x --server host --band", ["--bandwidth"], []],
  ["ls --set x --address y lat --rec", ["--recursive"], []],
  ["completion --js", ["--json"], []],
  ["token create --scope read --exp", ["--expires-in"], ["--export"]],
];

async function has(program: string): Promise<boolean> {
  return await start([program, "--version"]).then(({ code }) => code === 0, () => false);
}

/** Offers for each line, from the script's own shell. */
async function offers(
  shell: string,
  script: string,
  tell: (lines: readonly string[]) => string,
): Promise<string[][]> {
  await using folder = await scratch();
  const file = `${folder.path}/completion`;
  await Deno.writeTextFile(file, script);
  const source = `source '${file}'\n${tell(CASES.map(([line]) => line))}`;
  const { code, out, err } = await start([shell, "-c", source], { cwd: folder.path });
  assert.equal(code, 0, err);
  assert.equal(err, "");
  return out.split("----\n").slice(0, -1).map((text) => text.split("\n").filter((word) => word !== ""));
}

function judge(all: string[][]): void {
  assert.equal(all.length, CASES.length);
  for (const [i, [line, offered, not]] of CASES.entries()) {
    for (const word of offered) {
      assert.ok(all[i]!.includes(word), `"${line}" offers ${word}: ${all[i]!.join(" ")}`);
    }
    for (const word of not) assert.ok(!all[i]!.includes(word), `"${line}" does not offer ${word}`);
  }
}

const commands = await completedCommands();
const wordsOf = (line: string) => ["sparegrid", ...line.split(" ")].map((word) => `'${word}'`).join(" ");

Deno.test("completion bash: the shell offers commands and options, those of the command that is there", async () => {
  judge(
    await offers(
      "bash",
      bashCompletion(commands),
      (lines) =>
        lines.map((line) =>
          `COMP_WORDS=(${wordsOf(line)}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sparegrid; ` +
          `printf '%s\\n' "\${COMPREPLY[@]}" ----`
        ).join("\n"),
    ),
  );
});

Deno.test("completion bash: files for options that take one, also behind =; nothing is obeyed that was typed", async () => {
  const script = bashCompletion(commands);
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/c`, script);
  const run = async (words: string, tell = `printf '%s\\n' "\${#COMPREPLY[@]}"`) => {
    const source = `source '${folder.path}/c'; compopt() { echo "compopt $*"; }
COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sparegrid; ${tell}`;
    return (await start(["bash", "-c", source], { cwd: folder.path })).out;
  };
  // No words of ours: bash goes on with files, unless it is told not to.
  assert.equal(await run("sparegrid backup --password-file ''"), "0\n");
  assert.equal(await run("sparegrid backup --password-file = ''"), "0\n");
  assert.match(await run("sparegrid backup --retry-lock ''"), /^compopt \+o default/);
  assert.equal(await run("sparegrid backup -- --"), "0\n");
  await run("sparegrid '$(touch made)' '`touch made`' ''");
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["c"]);
});

Deno.test({
  name: "completion zsh: the shell offers commands and options",
  ignore: !await has("zsh"),
  async fn() {
    judge(
      await offers(
        "zsh",
        `compdef() {}\n${zshCompletion(commands)}`,
        (lines) =>
          `_files() {}\n_describe() { print -rl -- \${\${(P)2}%%:*} | grep -- "^\${words[CURRENT]}" || true }\n` +
          lines.map((line) => `words=(${wordsOf(line)}); CURRENT=\${#words}; _sparegrid; echo ----`).join(
            "\n",
          ),
      ),
    );
  },
});

Deno.test({
  name: "completion fish: the shell offers commands and options",
  ignore: !await has("fish"),
  async fn() {
    judge(
      await offers(
        "fish",
        fishCompletion(commands),
        (lines) =>
          lines.map((line) => `complete -C 'sparegrid ${line}' | string split -f1 \\t; echo ----`).join("\n"),
      ),
    );
  },
});

Deno.test("completion prints the script of the shell that is named, and refuses others", async () => {
  for (
    const [shell, mark] of [["bash", /^complete /m], ["zsh", /^#compdef sparegrid/], [
      "fish",
      /^complete -c/m,
    ]] as const
  ) {
    const { status, terminal } = await stage(["completion", shell]);
    assert.equal(status, 0);
    assert.match(terminal.out, mark);
  }
  for (const shell of ["tcsh", "toString", ""]) assert.equal((await stage(["completion", shell])).status, 2);
});
