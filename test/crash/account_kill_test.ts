// Copyright the SpareGrid authors. Apache-2.0.
// The program is killed at every change that it makes to a new data folder (here at a share of them; all with
// SPAREGRID_KILL_ALL=1): what was answered is there, what can be used once was used once or not at all, and it goes on.
import assert from "node:assert/strict";
import { Audit } from "../../mod/audit/mod.ts";
import { openAccountRoom } from "../../mod/account/mod.ts";
import { systemClock, systemRandom } from "../../mod/base/mod.ts";
import { openCatalog } from "../../mod/catalog/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { GOOD_PASSWORD, OTHER_PASSWORD, QUICK, refusal } from "../kit/account_stage.ts";
import type { Done } from "../kit/account_victim.ts";
import { type FaultMode, FaultShim, takeReport } from "../kit/fault_shim.ts";
import { scratch } from "../kit/scratch.ts";

const VICTIM = new URL("../kit/account_victim.ts", import.meta.url).pathname;
const POINTS = Deno.env.get("SPAREGRID_KILL_ALL") === "1" ? Infinity : 12;

interface Life {
  readonly done: readonly Done[];
  readonly operations: number;
}

/** Lets the victim live until its `at`-th change of the folder. */
async function live(shim: FaultShim, folder: string, mode: FaultMode, at: number): Promise<Life> {
  const report = `${folder}.report`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", VICTIM, folder],
    env: shim.env(report, { paths: [folder], mode, at }),
  }).output();
  const { operations } = await takeReport(report);
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.endsWith("}"));
  if (mode === "count") assert.equal(lines.length, 11, new TextDecoder().decode(stderr));
  return { done: lines.map((line) => JSON.parse(line) as Done), operations };
}

/** Opens what is left, and holds it against what was answered. */
async function judge(folder: string, done: readonly Done[]): Promise<void> {
  const said = (what: Done["what"]) => done.findLast((one) => one.what === what)?.value;
  const place = {
    fs: openFileSystem(),
    clock: systemClock,
    random: systemRandom,
    folder,
    passwordCost: QUICK,
  };
  await using catalog = await openCatalog(place);
  assert.equal(catalog.setAside, undefined);
  const room = await openAccountRoom({ ...place, catalog });
  const sealed = said("vault");
  if (sealed !== undefined) {
    assert.deepEqual(room.vault.open("p", Uint8Array.fromHex(sealed)), new Uint8Array(9));
  }
  const cookie = said("admin");
  const users = await room.users.page({ first: 5 });
  assert.ok(users.totalCount <= 1 && (cookie === undefined || users.totalCount === 1));
  assert.equal(await room.setUpCode.isNeeded(), users.totalCount === 0);
  const token = said("token");
  if (token !== undefined) assert.equal((await room.tokens.identify(token)).user.name, "ann");
  if (said("password") !== undefined) await refusal(room.sessions.identify(cookie!), "SG1037");
  if (users.totalCount === 1) await signInWithOneOf(room, said("password") !== undefined);
  await judgeAccount(room, said);
  const audit = new Audit({ catalog, clock: systemClock });
  const verdict = await audit.verify();
  const lines = done.filter(({ what }) => what === "audit").length;
  assert.ok(verdict.intact && verdict.lines >= lines, JSON.stringify(verdict));
  await audit.record({ actor: "system", action: "judge" });
  assert.ok((await audit.verify()).intact);
}

type Room = Awaited<ReturnType<typeof openAccountRoom>>;

/** The invite and its account: both or neither. */
async function judgeAccount(room: Room, said: (what: Done["what"]) => string | undefined): Promise<void> {
  const account = await room.accounts.withSecret("pc-1");
  const [invite] = (await room.invites.page({ first: 5 })).nodes;
  assert.equal(account !== undefined, (invite?.redeemedAt ?? null) !== null);
  if (said("account") !== undefined) assert.ok(account);
  if (said("reset") !== undefined) assert.equal(account!.secret, said("reset"));
  const code = said("invite");
  if (code === undefined) return;
  const again = room.invites.redeem({ code, gridId: "pc-1", address: "::1" });
  if (account) await refusal(again, "SG1043");
  else await again;
}

/** The old password or the new one, never both; the new one where it was answered. */
async function signInWithOneOf(room: Room, changed: boolean): Promise<void> {
  const works = async (password: string) =>
    await room.signIn.signIn({ userName: "ann", password, address: "::1", agent: "" }).then(
      () => true,
      () => false,
    );
  const [before, after] = [await works(GOOD_PASSWORD), await works(OTHER_PASSWORD)];
  assert.notEqual(before, after);
  if (changed) assert.ok(after);
}

Deno.test({
  name: "account: killed at every change of a new data folder, what was answered is there, and it goes on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using shim = await FaultShim.build();
    await using top = await scratch("sparegrid-account-kill-");
    const { operations, done } = await live(shim, `${top.path}/whole`, "count", 0);
    await judge(`${top.path}/whole`, done);
    assert.ok(operations > 50, `only ${operations} changes`);
    const step = Math.max(1, operations / POINTS);
    let lives = 0;
    let cutShort = 0;
    for (let at = 1; at <= operations; at += step) {
      for (const mode of ["kill", "torn"] as const) {
        const point = Math.floor(at) + (mode === "torn" ? Math.floor(step / 2) : 0);
        const folder = `${top.path}/${mode}-${point}`;
        const life = await live(shim, folder, mode, point);
        lives++;
        if (life.done.length < done.length) cutShort++;
        try {
          await judge(folder, life.done);
        } catch (error) {
          throw new Error(`${mode} at change ${point} of ${operations}, after ${JSON.stringify(life.done)}`, {
            cause: error,
          });
        }
      }
    }
    assert.ok(cutShort > 0.8 * lives, `only ${cutShort} of ${lives} were killed`);
  },
});
