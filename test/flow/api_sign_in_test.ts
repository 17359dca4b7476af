// Copyright the SpareGrid authors. Apache-2.0.
// Ten thousand guesses at the real service's sign-in.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { scratch } from "../kit/scratch.ts";
import { startService } from "../kit/service_process.ts";

const GUESSES = 10_000;
const AT_ONCE = 16;
const PASSWORD = "gull lantern orbit quartz";

Deno.test("signIn: ten thousand guesses are refused, few of them looked at; the owner signs in from elsewhere, and all is logged [W5, W19]", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const post = (query: string, variables: object, options: { localAddress?: string } = {}) =>
    // deno-lint-ignore no-explicit-any -- the test knows what it asks
    new Promise<{ json: any; cookie: string | undefined }>((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const place = { host: "127.0.0.1", port: service.start.ports["console"], path: "/graphql" };
      const own = options.localAddress === undefined ? { agent } : { ...options, agent: false as const };
      const sent = request({ method: "POST", headers, ...place, ...own }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece) => text += piece).on("end", () => {
          resolve({ json: JSON.parse(text), cookie: response.headers["set-cookie"]?.[0] });
        });
      });
      sent.on("error", reject).end(JSON.stringify({ query, variables }));
    });
  const setUp = "mutation($i: SetUpInput!) { setUp(input: $i) { me { byToken } } }";
  const made = await post(setUp, {
    i: { code: service.start.setUpCode, userName: "anna", password: PASSWORD },
  });
  assert.deepEqual(made.json, { data: { setUp: { me: { byToken: false } } } });
  const signIn = "mutation($i: SignInInput!) { signIn(input: $i) { me { byToken } } }";
  const codes = new Map<string, number>();
  let left = GUESSES;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      const { json, cookie } = await post(signIn, {
        i: { userName: "anna", password: `guess number ${left}` },
      });
      const code = json.errors[0].extensions.code as string;
      assert.equal(cookie, undefined);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }));
  const looked = codes.get("SG1037") ?? 0;
  assert.deepEqual([...codes.keys()].sort(), ["SG1037", "SG1039"]);
  assert.ok(looked <= 60, `${looked} guesses were looked at`);
  assert.equal(looked + codes.get("SG1039")!, GUESSES);
  // The right password from the guesser's address is not looked at; from elsewhere it opens.
  const own = { i: { userName: "anna", password: PASSWORD } };
  assert.equal((await post(signIn, own)).json.errors[0].extensions.code, "SG1039");
  const owner = await post(signIn, own, { localAddress: "127.0.0.2" });
  assert.deepEqual(owner.json, { data: { signIn: { me: { byToken: false } } } });
  agent.destroy();
  const text = service.text();
  assert.ok(!text.includes("guess number"));
  assert.ok(service.log().length >= GUESSES, `${service.log().length} lines`);
  const owned = (await Deno.readTextFile(`${data}/owner.token`)).trim();
  const audit = await fetch(`http://127.0.0.1:${service.start.ports["console"]}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "authorization": `Bearer ${owned}` },
    body: JSON.stringify({
      query:
        `{ audit(first: 500, filter: {action: "signIn"}) { nodes { actor result subject } } verifyAudit { intact } }`,
    }),
  }).then((response) => response.json());
  const refused = audit.data.audit.nodes.filter(({ result }: { result: string }) => result === "SG1037");
  assert.equal(refused.length, looked);
  assert.deepEqual(audit.data.audit.nodes[0], { actor: "user:anna", result: "ok", subject: "anna" });
  assert.equal(audit.data.verifyAudit.intact, true);
});
