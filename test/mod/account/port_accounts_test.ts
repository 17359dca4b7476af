// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { toHex } from "../../../mod/base/mod.ts";
import {
  type Approval,
  INVITE_LIFE_MS,
  parseInvite,
  PortAccounts,
  RequestIdentity,
} from "../../../mod/account/mod.ts";
import { accountStage, STAGE_START_MS } from "../../kit/account_stage.ts";

Deno.test("PortAccounts: a client asks or redeems, proves who it is, and the rule of approval is asked each time", async () => {
  await using stage = await accountStage();
  let approval: Approval = { kind: "manual" };
  const port = new PortAccounts({ ...stage, identity: new RequestIdentity(stage), approval: () => approval });
  const order = { label: "", address: "192.0.2.1" };
  const { account, secret } = await port.request({ ...order, gridId: "pc-1" });
  assert.equal(account.state, "pending");
  const proved = await port.authenticate({
    ...{
      method: "GET",
      targetUri: "https://h/",
      hasBody: false,
      remoteAddress: "192.0.2.1",
      basicAllowed: true,
    },
    headers: new Headers({ Authorization: `Basic ${btoa(`pc-1:${secret}`)}` }),
  });
  assert.deepEqual([proved.account.id, (await port.get("pc-1")).seenAt], ["pc-1", STAGE_START_MS]);
  approval = { kind: "automatic", totalBytes: 100, usedBytes: () => 0 };
  assert.equal((await port.request({ ...order, gridId: "pc-2" })).account.state, "active");
  const { text } = await stage.invites.create({
    ...{ address: "h", tlsPort: 1, plainPort: 0, fingerprint: "00".repeat(32) },
    ...{ retentionLockDays: 14, validForMs: INVITE_LIFE_MS },
  });
  const code = toHex(parseInvite(text).code);
  assert.equal((await port.redeem({ code, gridId: "pc-3", address: "::1" })).account.state, "active");
  await port.adopt("pc-4");
  assert.equal((await port.get("pc-4")).state, "inactive");
});
