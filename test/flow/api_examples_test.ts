// Copyright the SpareGrid authors. Apache-2.0.
// docs/API.md shows what happens when its commands are typed: this types them.
import assert from "node:assert/strict";
import { ROOT } from "../house/_sources.ts";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

/** Stands for any value in an expected answer. */
const ANYTHING = "…";

interface Example {
  readonly commands: string;
  /** JSON texts, one behind the other. */
  readonly answer: string | undefined;
}

function examples(): Example[] {
  const page = Deno.readTextFileSync(`${ROOT}docs/API.md`);
  const blocks = [...page.matchAll(/^```(sh|json)\n([^]*?)^```$/gm)].map(([, kind, text]) => ({
    kind,
    text: text!,
  }));
  return blocks.flatMap(({ kind, text }, at) => {
    if (kind !== "sh") return [];
    const next = blocks[at + 1];
    return [{ commands: text, answer: next?.kind === "json" ? next.text : undefined }];
  });
}

/** The values of JSON texts that stand behind each other. */
async function valuesOf(text: string): Promise<unknown[]> {
  const jq = new Deno.Command("jq", { args: ["--slurp", "."], stdin: "piped", stdout: "piped" }).spawn();
  const writer = jq.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await jq.output()).stdout));
}

function fits(found: unknown, expected: unknown): boolean {
  if (expected === ANYTHING) return found !== undefined;
  if (typeof expected !== "object" || expected === null) return found === expected;
  if (typeof found !== "object" || found === null) return false;
  const keys = Object.keys(expected);
  return keys.length === Object.keys(found).length &&
    keys.every((key) =>
      fits((found as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key])
    );
}

Deno.test("docs/API.md: each command does what the page shows", async () => {
  await using place = await scratch();
  const folder = place.path;
  await using service = await startService(`${folder}/data`);
  await Deno.mkdir(`${folder}/documents`);
  await Deno.writeTextFile(`${folder}/documents/letter.txt`, "Dear all\n");
  await Deno.writeTextFile(`${folder}/documents/draft.tmp`, "no\n");
  const all = examples();
  assert.ok(all.length > 10);
  const script = all.map(({ commands }, at) => `{\n${commands}} >"$FOLDER/out.${at}"\n`).join("");
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", `cd "$FOLDER"\n${script}`],
    env: {
      URL: `http://127.0.0.1:${service.start.ports["console"]}/graphql`,
      CODE: service.start.setUpCode!,
      FOLDER: folder,
    },
  }).output();
  const said = new TextDecoder().decode(stderr);
  for (const [at, { commands, answer }] of all.entries()) {
    const out = await Deno.readTextFile(`${folder}/out.${at}`).catch(() => "(never reached)");
    if (answer === undefined) continue;
    const [found, expected] = [await valuesOf(out), await valuesOf(answer)];
    assert.ok(fits(found, expected), `${commands}\nanswered ${out}\nand not ${answer}\n${said}`);
  }
  assert.ok(success, said);
});
