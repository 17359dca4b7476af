// Copyright the SpareGrid authors. Apache-2.0.
// A run of the real service is followed: at least once a second while it runs, and again after the service was stopped.
import assert from "node:assert/strict";
import { scratch } from "../kit/scratch.ts";
import { type ServiceProcess, startService } from "../kit/service_process.ts";

interface Seen {
  readonly state: string;
  readonly progress: { readonly filesDone: number; readonly bytesDone: number; readonly at: string } | null;
}

class Api {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(service: ServiceProcess, token: string) {
    this.#url = `http://127.0.0.1:${service.start.ports["console"]}/graphql`;
    this.#headers = { "content-type": "application/json", "authorization": `Bearer ${token}` };
  }

  static async of(service: ServiceProcess, data: string): Promise<Api> {
    return new Api(service, (await Deno.readTextFile(`${data}/owner.token`)).trim());
  }

  // deno-lint-ignore no-explicit-any -- the test knows what it asks
  async ask(query: string, variables: Record<string, unknown> = {}): Promise<any> {
    const body = JSON.stringify({ query, variables });
    const response = await fetch(this.#url, { method: "POST", headers: this.#headers, body });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  }

  /** The states of a run as they come; ends when the stream does. Answers whether it was complete. */
  async *follow(run: string): AsyncGenerator<Seen, boolean> {
    const query = `subscription { run(id: "${run}") { state progress { filesDone bytesDone at } } }`;
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { ...this.#headers, accept: "text/event-stream" },
      body: JSON.stringify({ query }),
    });
    let rest = "";
    try {
      for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
        rest += piece;
        for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
          const event = rest.slice(0, at);
          rest = rest.slice(at + 2);
          if (event.startsWith("event: complete")) return true;
          if (event.startsWith("event: next\ndata: ")) yield JSON.parse(event.slice(18)).data.run;
        }
      }
    } catch {
      // Cut off.
    }
    return false;
  }
}

/** A service with a set of random bytes, whose backup takes some seconds. */
async function slowSet(api: Api, folder: string): Promise<string> {
  await Deno.mkdir(`${folder}/source`);
  for (let i = 0; i < 5; i++) {
    const bytes = new Uint8Array(1_000_000);
    for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    await Deno.writeFile(`${folder}/source/${i}`, bytes);
  }
  const { createDestination } = await api.ask(
    "mutation($i: CreateDestinationInput!) { createDestination(input: $i) { destination { id } } }",
    { i: { name: "drive", folder: `${folder}/drive`, uploadBytesPerSecond: 1_000_000 } },
  );
  const { createSet } = await api.ask(
    "mutation($i: CreateSetInput!) { createSet(input: $i) { set { id } } }",
    {
      i: {
        name: "s",
        sources: [`${folder}/source`],
        destinations: [{ destination: createDestination.destination.id }],
      },
    },
  );
  return createSet.set.id;
}

const START = "mutation($set: ID!) { startRun(input: {kind: BACKUP, set: $set}) { run { id } } }";

Deno.test("subscription: a run is told of at least once a second while it runs, and its end at once", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  await using service = await startService(data);
  const api = await Api.of(service, data);
  const { startRun } = await api.ask(START, { set: await slowSet(api, place.path) });
  const seen: Seen[] = [];
  const follow = api.follow(startRun.run.id);
  let end: IteratorResult<Seen, boolean>;
  while (!(end = await follow.next()).done) seen.push(end.value);
  assert.equal(end.value, true);
  assert.equal(seen.at(-1)!.state, "DONE");
  const times = seen.filter(({ state, progress }) => state === "RUNNING" && progress)
    .map(({ progress }) => Date.parse(progress!.at));
  assert.ok(times.length >= 3, JSON.stringify(seen));
  const gaps = times.slice(1).map((time, at) => time - times[at]!);
  assert.ok(Math.max(...gaps) < 2_000, `gaps of ${gaps.join()} ms`);
});

Deno.test("subscription: stopped with the service it is not complete; the next service tells the run's state first, and its end", async () => {
  await using place = await scratch();
  const data = `${place.path}/data`;
  let run: string;
  {
    await using service = await startService(data);
    const api = await Api.of(service, data);
    run = (await api.ask(START, { set: await slowSet(api, place.path) })).startRun.run.id;
    const follow = api.follow(run);
    for (;;) {
      const next = await follow.next();
      assert.ok(!next.done);
      if (next.value.state === "RUNNING") break;
    }
    const ended = service.end("SIGTERM");
    let end: IteratorResult<Seen, boolean>;
    while (!(end = await follow.next()).done);
    assert.equal(end.value, false);
    assert.equal((await ended).code, 0);
  }
  await using service = await startService(data);
  const api = await Api.of(service, data);
  const states: string[] = [];
  for await (const { state } of api.follow(run)) states.push(state);
  assert.match(states[0]!, /^(QUEUED|RUNNING|DONE)$/);
  assert.equal(states.at(-1), "DONE");
});
