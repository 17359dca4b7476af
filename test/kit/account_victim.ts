// Copyright the SpareGrid authors. Apache-2.0.
// The process that is killed while it sets up a data folder: does one thing after the other and says each that was answered.
import { Audit } from "../../mod/audit/mod.ts";
import { openAccountRoom, parseInvite } from "../../mod/account/mod.ts";
import { systemClock, systemRandom } from "../../mod/base/mod.ts";
import { openCatalog } from "../../mod/catalog/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { GOOD_PASSWORD, OTHER_PASSWORD, QUICK } from "./account_stage.ts";

/** A thing that was answered, so is durable. */
export interface Done {
  readonly what: "vault" | "admin" | "token" | "invite" | "account" | "reset" | "password" | "audit" | "end";
  /** What is to be found later: sealed bytes, a cookie, a token, a code, a secret, a hash. */
  readonly value: string;
}

if (import.meta.main) await act(Deno.args[0]!);

async function act(folder: string): Promise<void> {
  const say = (what: Done["what"], value = "") => console.log(JSON.stringify({ what, value } satisfies Done));
  const place = {
    fs: openFileSystem(),
    clock: systemClock,
    random: systemRandom,
    folder,
    passwordCost: QUICK,
  };
  await using catalog = await openCatalog(place);
  const room = await openAccountRoom({ ...place, catalog });
  const audit = new Audit({ catalog, clock: systemClock });
  say("vault", room.vault.seal("p", new Uint8Array(9)).toHex());
  const { code } = await room.setUpCode.begin();
  const from = { address: "::1", agent: "victim" };
  const { cookie, identity } = await room.setUpCode.redeem({
    code: code!,
    userName: "ann",
    password: GOOD_PASSWORD,
    ...from,
  });
  say("admin", cookie);
  say("audit", (await audit.record({ actor: "user:ann", action: "setUp" })).hash);
  say("token", (await room.tokens.create(identity, { name: "x", scopes: ["READ"] })).secret);
  const { text } = await room.invites.create({
    ...{ address: "h", tlsPort: 1, plainPort: 0, fingerprint: "00".repeat(32), quotaBytes: 5 },
    ...{ retentionLockDays: 14, validForMs: 600_000 },
  });
  const invite = parseInvite(text).code.toHex();
  say("invite", invite);
  say("account", (await room.invites.redeem({ code: invite, gridId: "pc-1", address: "::1" })).secret);
  say("audit", (await audit.record({ actor: "account:pc-1", action: "redeem" })).hash);
  say("reset", (await room.accounts.resetSecret("pc-1")).secret);
  await room.users.update(identity.user.id, { password: OTHER_PASSWORD });
  say("password");
  say("audit", (await audit.record({ actor: "user:ann", action: "changePassword" })).hash);
  say("end");
}
