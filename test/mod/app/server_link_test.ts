// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { inviteText } from "../../../mod/account/mod.ts";
import { serverLink } from "../../../mod/app/server_link.ts";
import { silentLog, systemClock, utf8Text } from "../../../mod/base/mod.ts";
import { isSgError, type SgCode } from "../../../mod/errors/mod.ts";
import { HttpServer, readBody } from "../../../mod/http/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";

const { cert, key, sha256 } = await makeCertificate();
const never = new AbortController().signal;
const link = serverLink("laptop", "Ann's laptop");

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A server that answers `status` and `body`; `act` gets its HOST:PORT. */
async function serving<T>(
  status: number,
  body: unknown,
  act: (at: { readonly host: string; readonly port: number }, seen: Seen[]) => Promise<T>,
): Promise<T> {
  const seen: Seen[] = [];
  const server = HttpServer.listen(
    { hostname: "127.0.0.1", port: 0, tls: { certificate: cert, key }, log: silentLog, clock: systemClock },
    async (request, response, { signal }) => {
      const text = utf8Text(await readBody(request, 1e5, signal));
      seen.push({
        method: request.method!,
        path: request.url!,
        authorization: request.headers.authorization,
        body: text === "" ? undefined : JSON.parse(text),
      });
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    },
  );
  try {
    const { port } = server.address;
    return await act({ host: `127.0.0.1:${port}`, port }, seen);
  } finally {
    await server.close(1000);
  }
}

function invite(port: number, fingerprint = sha256): string {
  const code = new Uint8Array(16).fill(7);
  return inviteText({ address: "127.0.0.1", tlsPort: port, plainPort: 0, fingerprint, code });
}

async function refused(promise: Promise<unknown>, code: SgCode, text = /./): Promise<void> {
  await assert.rejects(
    promise,
    (error) => isSgError(error, code) && text.test(error.message),
    `${code} ${text}`,
  );
}

const made = { account: "laptop", secret: "secret-1", state: "active", allotted: 5, retentionLockDays: 14 };

Deno.test("serverLink.redeem sends the code and the Grid ID to the place that the invitation names", async () => {
  await serving(200, made, async ({ host, port }, seen) => {
    assert.deepEqual(await link.redeem(invite(port), never), {
      ...{
        url: `https://${host}`,
        account: "laptop",
        secret: "secret-1",
        fingerprint: sha256,
        pending: false,
      },
    });
    assert.deepEqual(seen, [{
      ...{ method: "POST", path: "/.sparegrid/redeem", authorization: undefined },
      body: { code: "07".repeat(16), gridId: "laptop" },
    }]);
  });
});

Deno.test("serverLink.redeem sends nothing to a server with another certificate, and takes no spoilt invitation [W18]", async () => {
  await serving(200, made, async ({ port }, seen) => {
    await refused(link.redeem(invite(port, "00".repeat(32)), never), "SG1019");
    await refused(link.redeem(`${invite(port)}X`, never), "SG1043");
    assert.deepEqual(seen, []);
  });
});

Deno.test("serverLink.request asks only a server whose fingerprint was confirmed, and tells the one it shows [W18]", async () => {
  await serving(200, { ...made, state: "pending" }, async ({ host }, seen) => {
    const address = `https://${host}`;
    await refused(link.request(address, undefined, never), "SG1019", new RegExp(sha256));
    await refused(link.request(address, "00".repeat(32), never), "SG1019", /expected is 0000/);
    assert.deepEqual(seen, []);
    assert.equal((await link.request(address, sha256, never)).pending, true);
    assert.deepEqual(seen.map(({ path, body }) => [path, body]), [
      ["/.sparegrid/request", { gridId: "laptop", label: "Ann's laptop" }],
    ]);
  });
});

Deno.test("serverLink.usage proves the account and answers its space; nothing where the server says nothing", async () => {
  const account = (host: string) => ({
    url: `https://${host}`,
    account: "laptop",
    secret: "s:1",
    fingerprint: sha256,
  });
  const facts = { used: 7, allotted: null, trash: 2, retentionLockDays: 14, free: 0 };
  await serving(200, facts, async ({ host }, seen) => {
    assert.deepEqual(await link.usage(account(host), never), { used: 7, trash: 2, retentionLockDays: 14 });
    assert.equal(atob(seen[0]!.authorization!.replace("Basic ", "")), "laptop:s:1");
  });
  await serving(200, { ...facts, allotted: 9 }, async ({ host }) => {
    assert.equal((await link.usage(account(host), never))?.allotted, 9);
  });
  await serving(200, {}, async ({ host }) => assert.equal(await link.usage(account(host), never), undefined));
});

Deno.test("serverLink raises what the server refuses with the server's code, and shows nothing that is no answer", async () => {
  const table: [number, unknown, SgCode, RegExp][] = [
    [403, { code: "SG1043", detail: "It was used" }, "SG1043", /Cannot join 127\.0\.0\.1:\d+: It was used$/],
    [409, { code: "SG1035", detail: "Taken" }, "SG1035", /Taken/],
    [500, { code: "SG9999" }, "SG0136", /status 500/],
    [200, "<html>", "SG0136", /does not answer as a SpareGrid server/],
    [200, [], "SG0136", /does not answer as/],
    [200, { account: 5 }, "SG0136", /names no account/],
    [200, `{"account":"${"x".repeat(70_000)}"}`, "SG1017", /longer/],
  ];
  for (const [status, body, code, text] of table) {
    await serving(
      status,
      body,
      async ({ port }) => await refused(link.redeem(invite(port), never), code, text),
    );
  }
});

Deno.test("serverLink says when nobody is there, and ends with its signal", async () => {
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = closed.addr as Deno.NetAddr;
  closed.close();
  await refused(link.redeem(invite(port), never), "SG0136");
  await refused(link.request(`https://127.0.0.1:${port}`, undefined, never), "SG0136");
  await refused(link.request("https://no-such-host.invalid:1", undefined, never), "SG0134");
  const stop = AbortSignal.abort(new TypeError("stopped"));
  await assert.rejects(link.redeem(invite(port), stop), TypeError);
  await assert.rejects(link.request(`https://127.0.0.1:${port}`, sha256, stop), TypeError);
  // A listener that never shakes hands.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const soon = new AbortController();
  const waiting = link.request(
    `https://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`,
    sha256,
    soon.signal,
  );
  using _connection = await silent.accept();
  soon.abort(new TypeError("enough"));
  await assert.rejects(waiting, TypeError);
});
