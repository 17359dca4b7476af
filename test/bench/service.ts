// Copyright the SpareGrid authors. Apache-2.0.
// The running service: `deno task bench:service [--clients 50] [--work FOLDER] [--dry]`. A run in which nothing changed beside
// `restic backup` of the same; what the backup port takes in beside a bare handler; many clients at once; long lists.
// Figures go to SERVICE.md.
import http from "node:http";
import { systemRandom, toHex } from "../../mod/base/mod.ts";
import { sha256Hex } from "../../mod/crypto/mod.ts";
import { openApi } from "../../mod/app/mod.ts";
import { resticDone, sparegrid, sparegridDone } from "../kit/command_line.ts";
import { type ServiceProcess, startService } from "../kit/service_process.ts";
import { fillCatalog } from "./service_catalog.ts";

const never = new AbortController().signal;
const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };
const option = (name: string, fallback: string) => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1]!;
};
const work = await Deno.makeTempDir({ prefix: "service-", dir: option("work", "/tmp") });
const lines: string[] = [];
const say = (text: string) => {
  console.log(text);
  lines.push(text);
};
const middle = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const nearLast = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * 0.99)]!;

function peakMb(pid: number): number {
  const kib = Number(/VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]);
  return kib * 1024 / 1e6;
}

/** A run in which nothing changed, from the mutation to the news that it is done. */
async function unchangedRun(server: string, client: string): Promise<void> {
  const source = `${work}/small`;
  await Deno.mkdir(source);
  for (let i = 0; i < 100; i++) await Deno.writeFile(`${source}/${i}`, systemRandom.bytes(2000));
  const at = (data: string, ...argv: string[]) => sparegridDone([...argv, "--data", data], { env });
  const invite = (await at(server, "invite", "create", "--quota", "50G", "--host", "127.0.0.1")).out.trim();
  await at(client, "destination", "add", "vault", "--invite", invite);
  await at(client, "destination", "add", "here", "--folder", `${work}/here`);
  await at(client, "set", "add", "far", source, "--destination", "vault");
  await at(client, "set", "add", "near", source, "--destination", "here");
  using api = await openApi({ data: client });
  for (const set of ["near", "far"]) {
    const { set: { id } } = await api.ask<{ set: { id: string } }>(
      "query ($name: String) { set(name: $name) { id } }",
      { name: set },
      never,
    );
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = performance.now();
      const { startRun } = await api.ask<{ startRun: { run: { id: string } } }>(
        "mutation ($set: ID) { startRun(input: { kind: BACKUP, set: $set }) { run { id } } }",
        { set: id },
        never,
      );
      const stop = new AbortController();
      const news = api.follow<{ run: { state: string } }>(
        "subscription ($id: ID!) { run(id: $id) { state } }",
        { id: startRun.run.id },
        stop.signal,
      );
      for await (const { run } of news) if (run.state === "DONE") break;
      stop.abort();
      // The first ones store, and warm up.
      if (i >= 2) times.push(performance.now() - before);
    }
    say(
      `| unchanged run of a small set, ${set === "near" ? "folder" : "server"} | ${
        (middle(times) / 1000).toFixed(2)
      } s |`,
    );
  }
  const repo = { env: { RESTIC_PASSWORD: "x", RESTIC_REPOSITORY: `${work}/restic` } };
  await resticDone(["init"], repo);
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const before = performance.now();
    await resticDone(["backup", "--quiet", source], repo);
    if (i > 0) times.push(performance.now() - before);
  }
  say(`| the same by \`restic backup\` into a folder | ${(middle(times) / 1000).toFixed(2)} s |`);
}

/** Sends bodies of 16 MiB, eight under way; MB/s. */
async function sendAll(port: number, path: (hash: string) => string, authorization: string): Promise<number> {
  const bodies = Array.from({ length: 8 }, () => systemRandom.bytes(65536));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  let left = 48;
  const send = (body: Uint8Array, hash: string) =>
    new Promise<void>((resolve, reject) => {
      const request = http.request({
        ...{ host: "127.0.0.1", port, agent, method: "POST", path: path(hash) },
        headers: { Authorization: authorization, "Content-Length": body.length },
      }, (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)));
      });
      request.on("error", reject);
      request.end(body);
    });
  // Made beforehand: hashing is not what is measured.
  const packs = Array.from({ length: left }, (_, i) => {
    const pack = new Uint8Array(16 << 20);
    for (let at = 0; at < pack.length; at += 65536) pack.set(bodies[(i + at / 65536) % 8]!, at);
    pack.set(systemRandom.bytes(32));
    return { pack, hash: sha256Hex(pack) };
  });
  const before = performance.now();
  const lane = async () => {
    while (left > 0) {
      const { pack, hash } = packs[--left]!;
      await send(pack, hash);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  const seconds = (performance.now() - before) / 1000;
  agent.destroy();
  return packs.length * (16 << 20) / 1e6 / seconds;
}

/** The backup port beside a handler that only writes. */
async function ingest(server: string, service: ServiceProcess): Promise<void> {
  const secret = await accountSecret(server);
  const authorization = `Basic ${btoa(`pusher:${secret}`)}`;
  const port = service.start.ports["backup"]!;
  await fetch(`http://127.0.0.1:${port}/pusher/bench/?create=true`, {
    method: "POST",
    headers: { Authorization: authorization },
  });
  const bare = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("bare_handler.ts", import.meta.url).pathname, `${work}/bare`],
    stdout: "piped",
  }).spawn();
  const reader = bare.stdout.getReader();
  const barePort = Number(new TextDecoder().decode((await reader.read()).value));
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < 3; i++) {
    theirs.push(await sendAll(barePort, (hash) => `/${hash}`, authorization));
    ours.push(await sendAll(port, (hash) => `/pusher/bench/data/${hash}`, authorization));
  }
  bare.kill("SIGKILL");
  await reader.cancel();
  await bare.status;
  say(`| backup port takes in, 16 MiB bodies, 8 at once | ${middle(ours).toFixed(0)} MB/s |`);
  say(`| a bare handler of the same HTTP server, with fsync | ${middle(theirs).toFixed(0)} MB/s |`);
  say(`| share | ${(100 * middle(ours) / middle(theirs)).toFixed(0)} % |`);
}

/** An account by an invitation, and a new secret for it. */
async function accountSecret(server: string): Promise<string> {
  const json = async (...argv: string[]) =>
    JSON.parse((await sparegridDone([...argv, "--json", "--data", server], { env })).out.split("\n")[0]!);
  const { text } = await json("invite", "create", "pusher", "--quota", "50G", "--host", "127.0.0.1");
  const helper = await startService(`${work}/pusher`, ["--client", "--grid-id", "pusher"]);
  await sparegridDone(["destination", "add", "vault", "--invite", text, "--data", `${work}/pusher`], { env });
  await helper.end("SIGTERM");
  return (await json("account", "reset-secret", "pusher")).secret;
}

/** Clients are other machines: they take only what the server leaves of this one's processors. */
const ELSEWHERE = ["nice", "-n", "15"];

/** Many real engines at once against one server, which answers questions meanwhile. */
async function crowd(server: string, service: ServiceProcess, clients: number): Promise<void> {
  const secret =
    (await sparegridDone(["account", "reset-secret", "pusher", "--json", "--data", server], { env })).out;
  const { secret: word } = JSON.parse(secret.split("\n")[0]!);
  const port = service.start.ports["backup"]!;
  const source = `${work}/crowd`;
  await Deno.mkdir(source);
  for (let i = 0; i < clients; i++) {
    await Deno.mkdir(`${source}/${i}`);
    for (let n = 0; n < 20; n++) await Deno.writeFile(`${source}/${i}/${n}`, bytesOf(500_000));
  }
  using api = await openApi({ data: server });
  const latencies: number[] = [];
  let over = false;
  const asking = (async () => {
    while (!over) {
      const before = performance.now();
      await api.ask("{ accounts { nodes { id used } } storage { used } }", {}, never);
      latencies.push(performance.now() - before);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const before = performance.now();
  const results = await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      const place = {
        env: {
          SPAREGRID_REPOSITORY: `rest:http://pusher:${word}@127.0.0.1:${port}/pusher/crowd-${i}`,
          SPAREGRID_PASSWORD: "crowd",
        },
        under: ELSEWHERE,
      };
      const made = await sparegrid(["init", "--quiet"], place);
      const done = made.code === 0 ? await sparegrid(["backup", "--quiet", `${source}/${i}`], place) : made;
      if (done.code !== 0) console.log(done.err.trim());
      return done.code;
    }),
  );
  const seconds = (performance.now() - before) / 1000;
  over = true;
  await asking;
  const failed = results.filter((code) => code !== 0).length;
  say(
    `| ${clients} clients at once (at low priority), ${
      (clients * 10).toFixed(0)
    } MB in all: failed | ${failed} |`,
  );
  say(`| time | ${seconds.toFixed(1)} s |`);
  say(`| queries meanwhile, ${latencies.length}: 99th percentile | ${nearLast(latencies).toFixed(0)} ms |`);
  say(`| server's peak memory | ${peakMb(service.pid).toFixed(0)} MB |`);
}

function bytesOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 60_000) {
    bytes.set(systemRandom.bytes(Math.min(60_000, length - at)), at);
  }
  return bytes;
}

/** The heaviest page of each long list, warm. */
async function longLists(): Promise<void> {
  const data = `${work}/long`;
  await (await startService(data)).end("SIGTERM");
  await fillCatalog(data, { runs: 10_000, accounts: 1_000 });
  await using _ = await startService(data);
  using api = await openApi({ data });
  const pages = {
    "500 of 10,000 runs":
      "{ runs(first: 500) { totalCount nodes { id kind state queuedAt endedAt set { name } destination { name } } } }",
    "500 of 1,000 accounts": "{ accounts(first: 500) { totalCount nodes { id state used quota } } }",
  };
  for (const [name, document] of Object.entries(pages)) {
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = performance.now();
      await api.ask(document, {}, never);
      if (i >= 2) times.push(performance.now() - before);
    }
    say(`| page of ${name} | ${middle(times).toFixed(0)} ms |`);
  }
}

try {
  const [server, client] = [`${work}/server`, `${work}/client`];
  await using service = await startService(server, ["--server", "--grid-id", "vault"]);
  await using _client = await startService(client, [
    "--client",
    "--grid-id",
    `c${toHex(systemRandom.bytes(2))}`,
  ]);
  say("| what | figure |");
  say("|---|---|");
  await unchangedRun(server, client);
  await ingest(server, service);
  await crowd(server, service, Number(option("clients", "50")));
  await longLists();
} finally {
  await new Deno.Command("rm", { args: ["-rf", work] }).output();
}
if (!Deno.args.includes("--dry")) {
  const head = [
    "# The service, measured",
    "",
    `Written by \`deno task bench:service\`, ${
      new Date().toISOString().slice(0, 10)
    }: medians, ${navigator.hardwareConcurrency} cores that clients and server share.`,
    "",
  ];
  await Deno.writeTextFile(new URL("SERVICE.md", import.meta.url), [...head, ...lines, ""].join("\n"));
}
