// Copyright the SpareGrid authors. Apache-2.0.
// The search over all versions finds what the real `restic find` finds.
import assert from "node:assert/strict";
import { utf8Text } from "../../mod/base/mod.ts";
import type { FileVersion } from "../../mod/client/mod.ts";
import { testWithRestic } from "../kit/both_programs.ts";
import { ClientStage } from "../kit/client_stage.ts";

/** `snapshot path` of each find of restic. */
async function resticFinds(repository: string, password: string, args: readonly string[]): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("restic", {
    args: ["-r", repository, "--no-cache", "--json", "find", ...args],
    env: { RESTIC_PASSWORD: password },
  }).output();
  assert.ok(success, utf8Text(stderr));
  const said = JSON.parse(utf8Text(stdout)) as { matches: { path: string }[]; snapshot: string }[];
  return said.flatMap(({ matches, snapshot }) => matches.map(({ path }) => `${snapshot} ${path}`)).sort();
}

testWithRestic("search: names, patterns and any case find what restic finds, in each snapshot", async () => {
  await using stage = await ClientStage.open();
  const set = await stage.set("home", {
    ...{ "report.odt": "1", "Report.ODT": "2", "deep/report.odt": "3", "deep/er/notes [1].txt": "4" },
    ...{ "häuser/Ärger.txt": "5", "o'clock": "6", "100%_done": "7", "deep.txt": "8" },
  });
  const source = `${stage.folder}/src-home`;
  const order: string[] = [];
  const backUp = async () => order.push((await stage.backUp(set)).snapshotId!);
  await backUp();
  await Deno.writeTextFile(`${source}/deep/report.odt`, "changed");
  await Deno.remove(`${source}/deep.txt`);
  await backUp();
  await Deno.remove(`${source}/häuser`, { recursive: true });
  await Deno.mkdir(`${source}/deep.txt`);
  await Deno.writeTextFile(`${source}/deep.txt/inside`, "9");
  await backUp();
  await stage.client.index.settled();
  const repository = `${stage.folder}/disk-home/home`;
  const password = await stage.sets.password(set);
  const ours = async (pattern: string, ignoreCase: boolean) => {
    const found: FileVersion[] = [];
    for (let after: string | undefined, more = true; more;) {
      const page = await stage.client.search.search(
        { pattern, ignoreCase },
        { limit: 4, ...(after ? { after } : {}) },
        stage.signal,
      );
      found.push(...page.rows);
      more = page.more;
      after = page.cursors.at(-1);
    }
    return found.flatMap(({ path, firstSnapshot, lastSnapshot }) => {
      const held = order.slice(order.indexOf(firstSnapshot.id), order.indexOf(lastSnapshot.id) + 1);
      return held.map((id) => `${id} ${utf8Text(path)}`);
    }).sort();
  };
  const patterns = [
    "report.odt",
    "*.odt",
    "REPORT.*",
    "deep",
    "deep*",
    "?eport.odt",
    "[Rr]eport*",
    "[^a-z]*",
    "*ÄR*",
  ];
  for (const pattern of [...patterns, "ärger.txt", "o'clock", "*%_*", "*\\[1\\]*", "none", "e*r"]) {
    assert.deepEqual(await ours(pattern, false), await resticFinds(repository, password, [pattern]), pattern);
    assert.deepEqual(
      await ours(pattern, true),
      await resticFinds(repository, password, ["-i", pattern]),
      `-i ${pattern}`,
    );
  }
});
