// Copyright the SpareGrid authors. Apache-2.0.
// The service is stopped, killed and started again while it works: what was stored is kept, and the run completes.
import assert from "node:assert/strict";
import { type Ended, restic, sparegrid, sparegridArgv, sparegridDone } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";
import { type ServiceProcess, startService } from "../kit/service_process.ts";

const env = { SPAREGRID_TOKEN: "", SPAREGRID_ADDRESS: "" };
/** So much, at such a pace, that a backup of it is still under way when it is stopped. */
const FILES = 16, FILE_BYTES = 2 * 1024 * 1024, PACE = "8M";

function json(ended: Ended): Record<string, unknown>[] {
  return ended.out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A folder of random data, a service, and a set that backs it up to a drive. */
async function prepare(place: string): Promise<{ data: string; documents: string; drive: string }> {
  const [data, documents, drive] = [`${place}/data`, `${place}/documents`, `${place}/drive`];
  await Deno.mkdir(documents);
  const bytes = new Uint8Array(FILE_BYTES);
  for (let i = 0; i < FILES; i++) {
    for (let at = 0; at < FILE_BYTES; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    await Deno.writeFile(`${documents}/${i}`, bytes);
  }
  await using service = await startService(data);
  await sparegridDone(
    ["destination", "add", "drive", "--folder", drive, "--bandwidth", PACE, "--data", data],
    { env },
  );
  await sparegridDone(["set", "add", "documents", documents, "-d", "drive", "--data", data], { env });
  assert.equal((await service.end("SIGTERM")).code, 0);
  return { data, documents, drive };
}

/** Starts a backup and waits until it has stored something. */
async function startBackup(data: string): Promise<string> {
  const [run] = json(await sparegridDone(["run", "start", "documents", "--json", "--data", data], { env }));
  const id = run!["id"] as string;
  const document = `subscription { run(id: "${id}") { state progress { bytesDone } } }`;
  const argv = sparegridArgv("gql", document, "--json", "--data", data);
  const child = new Deno.Command(argv[0]!, { args: argv.slice(1), env, stdout: "piped", stderr: "null" })
    .spawn();
  let text = "";
  for await (const bytes of child.stdout) {
    text += new TextDecoder().decode(bytes);
    if (/"RUNNING","progress":\{"bytesDone":[1-9]/.test(text)) break;
    assert.doesNotMatch(text, /"DONE"/, "the backup was too quick to be stopped");
  }
  child.kill("SIGKILL");
  await child.status;
  return id;
}

async function judge(
  place: string,
  { data, documents, drive }: Awaited<ReturnType<typeof prepare>>,
  id: string,
): Promise<void> {
  const watched = await sparegrid(["run", "watch", id, "--data", data], { env });
  assert.equal(watched.code, 0, watched.err);
  await sparegridDone(
    ["restore", "latest", "--set", "documents", "--target", `${place}/out`, "--data", data],
    { env },
  );
  const same = await new Deno.Command("diff", { args: ["-r", documents, `${place}/out${documents}`] })
    .output();
  assert.equal(same.code, 0);
  const sheet = await sparegridDone(["set", "recovery-sheet", "documents", "--data", data], { env });
  const password = /\b(?:[a-z2-9]{5}-){5}[a-z2-9]{5}\b/.exec(sheet.out)![0];
  const check = await restic(["-r", `${drive}/documents`, "check", "--read-data"], {
    env: { RESTIC_PASSWORD: password },
  });
  assert.equal(check.code, 0, check.err);
}

Deno.test("service stops: SIGTERM in a backup ends it within 10 seconds with 0; the next start completes the run", async () => {
  await using place = await scratch();
  const made = await prepare(place.path);
  let id: string;
  {
    await using service = await startService(made.data);
    id = await startBackup(made.data);
    const { code, tookMs } = await service.end("SIGTERM");
    assert.equal(code, 0, service.text());
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  }
  await using _service = await startService(made.data);
  await judge(place.path, made, id);
});

Deno.test("service stops: SIGKILL in a backup; the next start completes the run", async () => {
  await using place = await scratch();
  const made = await prepare(place.path);
  let id: string;
  {
    await using service = await startService(made.data);
    id = await startBackup(made.data);
    await service.end("SIGKILL");
  }
  await using _service = await startService(made.data);
  await judge(place.path, made, id);
});

Deno.test("service stops: run watch goes on where it was when the service comes back", async () => {
  await using place = await scratch();
  const made = await prepare(place.path);
  const port = ["--console-tls-port", String(freePort())];
  let service: ServiceProcess = await startService(made.data, port);
  try {
    const id = await startBackup(made.data);
    const argv = sparegridArgv("run", "watch", id, "--json", "--data", made.data);
    const child = new Deno.Command(argv[0]!, { args: argv.slice(1), env, stdout: "piped", stderr: "null" })
      .spawn();
    let text = "";
    for await (const bytes of child.stdout) {
      const first = text === "";
      text += new TextDecoder().decode(bytes);
      if (!first) continue;
      // It watches: now the service goes, and comes back.
      assert.equal((await service.end("SIGTERM")).code, 0);
      service = await startService(made.data, port);
    }
    assert.equal((await child.status).code, 0, text);
    assert.equal(JSON.parse(text.trimEnd().split("\n").at(-1)!)["state"], "DONE");
  } finally {
    await service[Symbol.asyncDispose]();
  }
});

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
