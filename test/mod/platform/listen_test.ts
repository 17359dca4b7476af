// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import { type Connection, listen } from "../../../mod/platform/mod.ts";
import { makeCertificate } from "../../kit/certificate.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

async function echo(connection: Connection): Promise<void> {
  const bytes = new Uint8Array(1000);
  for (let length = await connection.read(bytes); length !== null; length = await connection.read(bytes)) {
    await connection.write(bytes.subarray(0, length));
  }
  await connection.closeWrite();
  connection.close();
}

async function answerOf(client: Deno.Conn): Promise<string> {
  await client.write(new TextEncoder().encode("hello"));
  await client.closeWrite();
  let text = "";
  for await (const piece of client.readable) text += new TextDecoder().decode(piece);
  return text;
}

Deno.test("listen: bytes go both ways, and both ends are told of the end", async () => {
  const listener = listen(LOOPBACK);
  const client = await Deno.connect(listener.address);
  const connection = (await listener.accept())!;
  assert.equal(connection.remoteAddress, "127.0.0.1");
  assert.equal(connection.remotePort, (client.localAddr as Deno.NetAddr).port);
  assert.equal(connection.secure, false);
  await connection.handshake();
  const echoed = echo(connection);
  assert.equal(await answerOf(client), "hello");
  await echoed;
  listener.close();
  assert.equal(await listener.accept(), undefined);
});

Deno.test("listen: an address of IPv4 shows as such on a port for both", async () => {
  const listener = listen({ hostname: "::", port: 0 });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
  const connection = (await listener.accept())!;
  assert.equal(connection.remoteAddress, "127.0.0.1");
  for (const open of [client, connection, listener]) open.close();
  connection.close();
});

Deno.test("listen: TLS offers HTTP/1.1 and nothing else", async () => {
  const { cert, key } = await makeCertificate();
  const listener = listen({ ...LOOPBACK, tls: { certificate: cert, key } });
  const accept = async () => {
    const connection = (await listener.accept())!;
    try {
      await connection.handshake();
      return connection;
    } catch {
      connection.close();
      return undefined;
    }
  };
  const ask = (alpnProtocols: string[]) =>
    Deno.connectTls({ hostname: "localhost", port: listener.address.port, caCerts: [cert], alpnProtocols });
  const [client, connection] = await Promise.all([ask(["h2", "http/1.1"]), accept()]);
  assert.equal((await client.handshake()).alpnProtocol, "http/1.1");
  assert.equal(connection!.secure, true);
  const [text] = await Promise.all([answerOf(client), echo(connection!)]);
  assert.equal(text, "hello");

  const [other, refused] = await Promise.all([ask(["h2"]), accept()]);
  await assert.rejects(other.handshake());
  assert.equal(refused, undefined);
  other.close();
  listener.close();
});

Deno.test("listen: a connection counts what went over it, behind TLS and by either family of addresses", async () => {
  const { cert, key } = await makeCertificate();
  for (const hostname of ["127.0.0.1", "::1"]) {
    const listener = listen({ hostname, port: 0, tls: { certificate: cert, key } });
    const options = { unsafelyDisableHostnameVerification: true, caCerts: [cert] };
    const [client, connection] = await Promise.all([
      Deno.connectTls({ ...listener.address, ...options }),
      listener.accept().then((connection) => connection!),
    ]);
    await Promise.all([client.handshake(), connection.handshake()]);
    const room = new Uint8Array(100);
    const readAll = async (from: { read(into: Uint8Array): Promise<number | null> }) => {
      for (let bytes = 0; bytes < 10_000;) bytes += await from.read(room) ?? assert.fail("it ended");
    };
    let before = connection.movedBytes() ?? assert.fail("the system does not tell");
    for (const way of ["out", "in"]) {
      const bytes = new Uint8Array(10_000);
      await Promise.all(
        way === "out"
          ? [connection.write(bytes), readAll(client)]
          : [client.write(bytes), readAll(connection as { read(into: Uint8Array): Promise<number | null> })],
      );
      const now = connection.movedBytes()!;
      assert.ok(now - before >= 10_000, `${way}: ${now - before} bytes`);
      before = now;
    }
    connection.close();
    assert.equal(connection.movedBytes(), undefined);
    for (const open of [client, listener]) open.close();
  }
});

Deno.test("listen: abort ends a TLS connection at once: one without its handshake, one with bytes that nobody takes [W17]", async () => {
  const { cert, key } = await makeCertificate();
  for (const hostname of ["127.0.0.1", "::1"]) {
    const listener = listen({ hostname, port: 0, tls: { certificate: cert, key } });
    const silent = await Deno.connect(listener.address);
    const begun = (await listener.accept())!;
    const handshake = assert.rejects(begun.handshake());
    begun.abort();
    await handshake;
    assert.equal(await silent.read(new Uint8Array(1)), null);

    const options = { unsafelyDisableHostnameVerification: true, caCerts: [cert] };
    const [lazy, full] = await Promise.all([
      Deno.connectTls({ ...listener.address, ...options }),
      listener.accept().then((connection) => connection!),
    ]);
    await Promise.all([lazy.handshake(), full.handshake()]);
    const writing = (async () => {
      for (;;) await full.write(new Uint8Array(1_000_000));
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    full.abort();
    full.close();
    await assert.rejects(writing);
    // Ends, cut: without abort the server's side would wait for its last bytes to be taken.
    await assert.rejects(async () => {
      for await (const _ of lazy.readable);
    });
    for (const open of [silent, listener]) open.close();
  }
});

Deno.test("listen: a port in use, a foreign address, a bad port and a bad certificate are SG0021", async () => {
  const one = await makeCertificate();
  const other = await makeCertificate();
  const taken = listen(LOOPBACK);
  const fails = (options: Parameters<typeof listen>[0], why: RegExp) =>
    assert.throws(() => listen(options), (error) => isSgError(error, "SG0021") && why.test(error.message));
  fails(taken.address, /another program uses it/);
  fails({ hostname: "192.0.2.1", port: 0 }, /no such address/);
  fails({ ...LOOPBACK, port: 70_000 }, /port 70000/);
  fails({ ...LOOPBACK, tls: { certificate: "no", key: "no" } }, /certificate or key/);
  fails({ ...LOOPBACK, tls: { certificate: one.cert, key: other.key } }, /certificate or key/);
  taken.close();
});
