// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type TestBrowser, testBrowser, type Visitor } from "./browser.ts";
import { scratch } from "./scratch.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

/** Name and password of the first administrator. */
export const ADMIN = { userName: "anna", password: "gull lantern orbit quartz" } as const;

/** A service as a process of its own, and a real browser. */
export interface ConsoleStage extends AsyncDisposable {
  /** A folder for files; the data folder lies in it, too. */
  readonly folder: string;
  readonly service: ServiceProcess;
  readonly browser: TestBrowser;
  /** The console's addresses. */
  readonly plain: string;
  readonly tls: string;
  /** Asks the API as the owner of the data folder does. */
  // deno-lint-ignore no-explicit-any -- tests look into it as they know it to be
  api(query: string, variables?: Record<string, unknown>): Promise<any>;
}

/** `await using stage = await consoleStage()`. */
export async function consoleStage(): Promise<ConsoleStage> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await scratch()).path;
  const [service, browser] = await Promise.all([startService(`${folder}/data`), testBrowser()]);
  parts.use(service);
  parts.use(browser);
  const { console: plainPort, consoleTls } = service.start.ports;
  const plain = `http://127.0.0.1:${plainPort}`;
  const open = parts.move();
  return {
    ...{ folder, service, browser, plain, tls: `https://localhost:${consoleTls}` },
    async api(query, variables = {}) {
      const token = (await Deno.readTextFile(`${folder}/data/owner.token`)).trim(); // each start makes a new one
      const answer = await fetch(`${plain}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", "authorization": `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await answer.json();
      assert.equal(errors, undefined, JSON.stringify(errors));
      return data;
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

/** Makes the first administrator without a browser. */
export async function makeAdmin({ plain, service }: ConsoleStage): Promise<void> {
  const query = "mutation($input: SetUpInput!) { setUp(input: $input) { me { csrf } } }";
  const answer = await fetch(`${plain}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { input: { code: service.start.setUpCode, ...ADMIN } } }),
  });
  assert.equal((await answer.json()).errors, undefined);
}

/** A tab that is signed in at `address`. */
export async function signedIn(visitor: Visitor, address: string): Promise<Page> {
  const page = await visitor.tab();
  await signIn(page, address);
  return page;
}

/** Signs in at `address`. */
export async function signIn(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/`);
  await page.getByRole("textbox", { name: "Name" }).fill(ADMIN.userName);
  await page.getByRole("textbox", { name: "Password" }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** A set of `sources` at a folder that takes so many bytes a second. Answers the set's ID. */
export async function makeSet(
  { api, folder }: ConsoleStage,
  set: { readonly name: string; readonly sources: readonly string[]; readonly bytesPerSecond?: number },
): Promise<string> {
  const { name, sources, bytesPerSecond } = set;
  const { createDestination } = await api(
    "mutation($input: CreateDestinationInput!) { createDestination(input: $input) { destination { id } } }",
    {
      input: {
        ...{ name: `drive of ${name}`.slice(0, 60), folder: `${folder}/drive` },
        ...(bytesPerSecond === undefined ? {} : { uploadBytesPerSecond: bytesPerSecond }),
      },
    },
  );
  const { createSet } = await api(
    "mutation($input: CreateSetInput!) { createSet(input: $input) { set { id } } }",
    { input: { name, sources, destinations: [{ destination: createDestination.destination.id }] } },
  );
  return createSet.set.id;
}

/** Bytes that no compressor shrinks, in files of a MiB. */
export async function writeNoise(folder: string, files: number): Promise<void> {
  for (let i = 0; i < files; i++) {
    const bytes = new Uint8Array(1 << 20);
    for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    await Deno.writeFile(`${folder}/noise ${i}.bin`, bytes);
  }
}
