// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  type RefusedSender,
  RequestIdentity,
  requireActive,
  type SenderClaim,
} from "../../../mod/account/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  hmacSha256,
  signatureBase,
  signRequest,
  type SignRequestOptions,
  targetUri,
} from "../../../mod/signature/mod.ts";
import { type AccountStage, accountStage, refusal, STAGE_START_MS } from "../../kit/account_stage.ts";

const START = STAGE_START_MS / 1_000;
const URI = targetUri(false, "backup.example.org:32004", "/pc-1/set/config");
let nonces = 0;

interface Bench extends AccountStage {
  readonly identity: RequestIdentity;
  readonly secret: string;
  readonly refused: RefusedSender[];
}

async function withAccount(act: (bench: Bench) => Promise<void>): Promise<void> {
  await using stage = await accountStage();
  const { secret } = await stage.accounts.request({
    id: "pc-1",
    address: "::1",
    approval: { kind: "manual" },
  });
  await stage.accounts.approve("pc-1", 1_000);
  stage.pass(0);
  const refused: RefusedSender[] = [];
  const identity = new RequestIdentity({ ...stage, onRefused: (sender) => refused.push(sender) });
  await act({ ...stage, identity, secret, refused });
}

function request(headers: HeadersInit, change: Partial<SenderClaim> = {}): SenderClaim {
  return {
    ...{ method: "GET", targetUri: URI, headers: new Headers(headers), hasBody: false },
    ...{ remoteAddress: "192.0.2.1", basicAllowed: false },
    ...change,
  };
}

const basic = (text: string, change: Partial<SenderClaim> = {}) =>
  request({ Authorization: `Basic ${new TextEncoder().encode(text).toBase64()}` }, {
    basicAllowed: true,
    ...change,
  });

function signed(
  { secret, clock }: Pick<Bench, "secret" | "clock">,
  change: Partial<SignRequestOptions> = {},
) {
  const headers = signRequest({
    ...{ method: "GET", targetUri: URI, account: "pc-1", secret, createdSeconds: START + clock.ms / 1_000 },
    nonce: `nonce-${String(++nonces).padStart(12, "0")}`,
    ...change,
  });
  return request({ ...headers });
}

Deno.test("RequestIdentity: Basic over TLS with the right secret", async () => {
  await withAccount(async ({ identity, secret, accounts }) => {
    const sender = await identity.authenticate(basic(`pc-1:${secret}`));
    assert.deepEqual([sender.account.id, sender.scheme, sender.bodySha256], ["pc-1", "basic", undefined]);
    assert.equal((await accounts.get("pc-1")).seenAddress, "192.0.2.1");
    await identity.authenticate(
      request({
        authorization: basic(`pc-1:${secret}`).headers.get("authorization")!.replace("Basic", "basic "),
      }, {
        basicAllowed: true,
      }),
    );
  });
});

Deno.test("RequestIdentity: Basic where it is not allowed is refused before the secret is looked at", async () => {
  await withAccount(async ({ identity, secret, refused }) => {
    for (const text of [`pc-1:${secret}`, "pc-1:x", "nonsense"]) {
      await refusal(identity.authenticate(basic(text, { basicAllowed: false })), "SG1038");
    }
    assert.deepEqual(refused, []);
  });
});

Deno.test("RequestIdentity: wrong credentials have one text, whether the account exists or not", async () => {
  await withAccount(async ({ identity, secret }) => {
    const texts = new Set<string>();
    const others = [
      "pc-1:",
      "pc-1:x",
      `pc-2:${secret}`,
      `PC-1:${secret}`,
      `pc-1:${secret} `,
      `pc-1${secret}`,
      `:${secret}`,
    ];
    for (const [i, text] of [...others, "../x:y", "pc-1:" + "x".repeat(500)].entries()) {
      const { text: message } = await refusal(
        identity.authenticate(basic(text, { remoteAddress: `10.0.0.${i}` })),
        "SG1037",
      );
      texts.add(message);
    }
    for (
      const [i, header] of ["Basic", "Basic !", "Bearer x", `Basic ${"A".repeat(5_000)}`, "Basic /w=="]
        .entries()
    ) {
      const bad = request({ Authorization: header }, { basicAllowed: true, remoteAddress: `10.0.1.${i}` });
      texts.add((await refusal(identity.authenticate(bad), "SG1037")).text);
    }
    assert.equal(texts.size, 1);
  });
});

Deno.test("RequestIdentity: no credentials are no failure", async () => {
  await withAccount(async ({ identity, refused }) => {
    for (let i = 0; i < 20; i++) {
      assert.equal((await refusal(identity.authenticate(request({})), "SG1037"))["missing"], true);
    }
    assert.deepEqual(refused, []);
  });
});

Deno.test("RequestIdentity: a signed request is accepted once, with its body's digest", async () => {
  await withAccount(async (bench) => {
    const { identity } = bench;
    const bodySha256 = new Uint8Array(32).fill(9);
    const headers = signed(bench, { method: "POST", bodySha256 }).headers;
    const post = request({}, { method: "POST", headers, hasBody: true });
    const sender = await identity.authenticate(post);
    assert.deepEqual([sender.account.id, sender.scheme, sender.bodySha256], [
      "pc-1",
      "signature",
      bodySha256,
    ]);
    const replayed = await refusal(identity.authenticate(post), "SG1044");
    assert.equal(replayed["replayed"], true);
    await identity.authenticate(signed(bench));
  });
});

Deno.test("RequestIdentity: signatures of another secret, account, request or time are refused", async () => {
  await withAccount(async (bench) => {
    const { identity, refused } = bench;
    const texts = new Set<string>();
    const wrong = [
      signed(bench, { secret: "x" }),
      signed(bench, { account: "pc-2" }),
      { ...signed(bench), method: "DELETE" },
      { ...signed(bench), targetUri: URI.replace("config", "keys/") },
    ];
    for (const [i, bad] of wrong.entries()) {
      texts.add(
        (await refusal(identity.authenticate({ ...bad, remoteAddress: `10.0.0.${i}` }), "SG1044")).text,
      );
    }
    assert.equal(texts.size, 1);
    assert.deepEqual(refused.map(({ account, code }) => `${account} ${code}`), [
      ...["pc-1 SG1044", "pc-2 SG1044", "pc-1 SG1044", "pc-1 SG1044"],
    ]);
    for (
      const [createdSeconds, remoteAddress] of [[START - 301, "10.1.0.1"], [START + 301, "10.1.0.2"], [
        0,
        "10.1.0.3",
      ]] as const
    ) {
      const context = await refusal(
        identity.authenticate({ ...signed(bench, { createdSeconds }), remoteAddress }),
        "SG1044",
      );
      assert.deepEqual([context["createdSeconds"], context["serverSeconds"]], [createdSeconds, START]);
    }
    await identity.authenticate(signed(bench, { createdSeconds: START + 300 }));
  });
});

Deno.test("RequestIdentity: a request is not accepted again as long as its time would allow it", async () => {
  await withAccount(async (bench) => {
    const { identity } = bench;
    const ahead = signed(bench, { createdSeconds: START + 300 });
    await identity.authenticate(ahead);
    for (let minute = 1; minute <= 12; minute++) {
      bench.pass(60_000);
      await refusal(identity.authenticate({ ...ahead, remoteAddress: `10.0.0.${minute}` }), "SG1044");
      await identity.authenticate(signed(bench));
    }
  });
});

Deno.test("RequestIdentity: a client whose clock is wrong is told so each time, and reported a few times", async () => {
  await withAccount(async (bench) => {
    for (let i = 0; i < 100; i++) {
      const context = await refusal(
        bench.identity.authenticate(signed(bench, { createdSeconds: START - 999 })),
        "SG1044",
      );
      assert.equal(context["createdSeconds"], START - 999);
    }
    assert.equal(bench.refused.length, 5);
    await bench.identity.authenticate(signed(bench));
  });
});

Deno.test("RequestIdentity: a signature that its signer limited is good until then", async () => {
  await withAccount(async ({ identity, secret }) => {
    const expiring = (expires: number) => {
      const parameters = `("@method" "@target-uri");created=${START};expires=${expires}` +
        `;nonce="nonce-expires-${expires}";keyid="pc-1"`;
      const components = [{ name: "@method", value: "GET" }, { name: "@target-uri", value: URI }];
      const mac = hmacSha256(new TextEncoder().encode(secret), signatureBase(components, parameters));
      return request({
        "Signature-Input": `other-label=${parameters}`,
        "Signature": `other-label=:${mac.toBase64()}:`,
      });
    };
    await identity.authenticate(expiring(START));
    await refusal(identity.authenticate(expiring(START - 1)), "SG1044");
  });
});

Deno.test("RequestIdentity: setting the clock back makes no used request usable", async () => {
  await withAccount(async (bench) => {
    const used = signed(bench);
    await bench.identity.authenticate(used);
    bench.setClock(3_600_000);
    await bench.identity.authenticate(signed(bench, { createdSeconds: START + 3_600 }));
    bench.pass(60_000);
    bench.setClock(-3_600_000);
    assert.equal((await refusal(bench.identity.authenticate(used), "SG1044"))["replayed"], true);
    await bench.identity.authenticate(signed(bench));
  });
});

Deno.test("RequestIdentity: after a restart, requests made before it have to be signed anew", async () => {
  await withAccount(async (bench) => {
    const used = signed(bench);
    await bench.identity.authenticate(used);
    bench.pass(7_000);
    const restarted = new RequestIdentity(bench);
    assert.equal((await refusal(restarted.authenticate(used), "SG1039"))["waitSeconds"], 7);
    // A client whose clock is 5 s slow waits as long.
    const slow = () => signed(bench, { createdSeconds: START + bench.clock.ms / 1_000 - 5 });
    assert.equal((await refusal(restarted.authenticate(slow()), "SG1039"))["waitSeconds"], 5);
    bench.pass(5_000);
    await restarted.authenticate(slow());
  });
});

Deno.test("RequestIdentity: an account that waits or was deactivated is told so, once it proved to be it", async () => {
  await withAccount(async (bench) => {
    const { identity, accounts } = bench;
    const { secret: pending } = await accounts.request({
      ...{ id: "pc-2", address: "::1", approval: { kind: "manual" } },
    });
    const stateOf = async (claim: SenderClaim) => {
      const { account } = await identity.authenticate(claim);
      if (account.state === "active") return requireActive(account);
      assert.throws(
        () => requireActive(account),
        (error) => isSgError(error, "SG1042") && error.context["state"] === account.state,
      );
      return account.state;
    };
    assert.equal(await stateOf(basic(`pc-2:${pending}`)), "pending");
    await accounts.setActive("pc-1", false);
    assert.equal(await stateOf(signed(bench)), "inactive");
    await refusal(identity.authenticate(basic("pc-1:wrong")), "SG1037");
    await accounts.setActive("pc-1", true);
    assert.equal(await stateOf(signed(bench)), undefined);
    await accounts.suspend("pc-1", true);
    assert.equal((await identity.authenticate(signed(bench))).account.suspended, true);
    await accounts.resetSecret("pc-1");
    await refusal(identity.authenticate(signed(bench)), "SG1044");
  });
});

Deno.test("RequestIdentity: 10,000 bad logins are slowed down and reported a few times; the right secret never waits", async () => {
  await withAccount(async (bench) => {
    const { identity, secret, refused } = bench;
    const codes: Record<string, number> = {};
    for (let i = 0; i < 10_000; i++) {
      const bad = i % 2 ? basic(`pc-${i % 7}:guess ${i}`) : signed(bench, { secret: `guess ${i}` });
      const code = await identity.authenticate(bad).then(() => "in", (error: { code: string }) => error.code);
      codes[code] = (codes[code] ?? 0) + 1;
      if (i % 1_000 === 0) await identity.authenticate(basic(`pc-1:${secret}`));
      bench.pass(100);
    }
    assert.ok(codes["SG1039"]! > 9_900 && !("in" in codes), JSON.stringify(codes));
    assert.ok(refused.length >= 5 && refused.length < 50, `${refused.length} reports`);
    await identity.authenticate(signed(bench));
  });
});
