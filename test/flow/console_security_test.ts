// Copyright the SpareGrid authors. Apache-2.0.
// What a real browser lets others do to the console: nothing. Sessions, cookies, CSRF, policy, frames, subscriptions.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type HttpHandler } from "../../mod/http/mod.ts";
import { consoleStage, makeAdmin, makeSet, signedIn } from "../kit/console_stage.ts";
import { stageHttp } from "../kit/http_stage.ts";

/** What an answer of the API said: `SG0000`, or its data. */
async function said(page: Page, body: string, headers: Record<string, string>): Promise<string> {
  return await page.evaluate(`fetch("/graphql", ${JSON.stringify({ method: "POST", body, headers })})
    .then((answer) => answer.json())
    .then(({ data, errors }) => errors ? errors[0].extensions.code : JSON.stringify(data))`);
}

const JSON_TYPE = { "Content-Type": "application/json" };

Deno.test("console: on both ports the session is a cookie for this host alone that no script reads [W1, W2]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  for (const [address, name] of [[stage.plain, "sid"], [stage.tls, "__Host-sid"]] as const) {
    const visitor = await stage.browser.open();
    const page = await signedIn(visitor, address);
    const cookies = await visitor.context.cookies();
    assert.deepEqual(
      cookies.map(({ value: _value, domain: _domain, ...rest }) => rest),
      [{ name, path: "/", expires: -1, httpOnly: true, secure: name !== "sid", sameSite: "Strict" }],
    );
    assert.ok(cookies[0]!.value.length >= 43, "256 bits");
    assert.equal(cookies[0]!.domain, new URL(address).hostname);
    assert.equal(await page.evaluate("document.cookie"), "");
    const kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage])");
    assert.equal(kept, "[{},{}]");
    // Signed in again, the cookie is another; the old one is nobody's.
    const old = cookies[0]!;
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.deepEqual(await visitor.context.cookies(), []);
    await visitor.context.addCookies([old]);
    assert.equal(await said(page, '{"query":"{ me { byToken } }"}', JSON_TYPE), '{"me":null}');
    assert.deepEqual(visitor.complaints, []);
  }
});

Deno.test("console: a change without the page's own value, or with a wrong one, is refused [W9]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const visitor = await stage.browser.open();
  const page = await signedIn(visitor, stage.plain);
  const change = JSON.stringify({
    query:
      'mutation { createUser(input: {name: "mallory", role: ADMINISTRATOR, password: "gull lantern orbit quartz"}) { user { id } } }',
  });
  assert.equal(await said(page, change, JSON_TYPE), "SG1038");
  assert.equal(await said(page, change, { ...JSON_TYPE, "X-SpareGrid-CSRF": "x".repeat(43) }), "SG1038");
  assert.equal(await said(page, change, { "Content-Type": "text/plain" }), "SG1040");
  const { users } = await stage.api("{ users { nodes { name } } }");
  assert.deepEqual(users.nodes, [{ name: "anna" }]);
});

/** All that a page can send to another origin; each answers what came of it. */
const ATTACKS = `
  const graphql = TARGET + "/graphql";
  const change = JSON.stringify({ query: 'mutation { createUser(input: {name: "mallory", role: ADMINISTRATOR, password: "gull lantern orbit quartz"}) { user { id } } }' });
  const tried = (promise) => promise.then((value) => String(value), (error) => "refused: " + error.name);
  const loaded = (tag, attribute, path) => new Promise((resolve) => {
    const element = document.createElement(tag);
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve("refused");
    element[attribute] = TARGET + path;
    if (tag === "link") element.rel = "stylesheet";
    document.body.append(element);
  });
  const read = (init) => tried(fetch(graphql, { credentials: "include", method: "POST", body: change, ...init })
    .then((answer) => answer.type === "opaque" ? "opaque" : answer.text()));
  /** Sends a form into a frame of its own, and waits for what comes there. */
  const form = (type, method) => new Promise((resolve) => {
    const sink = document.createElement("iframe");
    sink.name = "sink" + document.forms.length;
    document.body.append(sink);
    const sent = document.createElement("form");
    Object.assign(sent, { action: graphql, method, enctype: type, target: sink.name });
    const field = document.createElement("input");
    field.name = change.slice(0, -1) + ',"x":"';
    field.value = '"}';
    sent.append(field);
    document.body.append(sent);
    sink.onload = () => resolve();
    sent.submit();
  });
  await form("text/plain", "post");
  await form("application/x-www-form-urlencoded", "post");
  await form("multipart/form-data", "post");
  await form("application/x-www-form-urlencoded", "get");
  navigator.sendBeacon(graphql, change);
  navigator.sendBeacon(graphql, new Blob([change], { type: "text/plain" }));
  return {
    json: await read({ headers: { "Content-Type": "application/json" } }),
    csrf: await read({ headers: { "Content-Type": "application/json", "X-SpareGrid-CSRF": "x" } }),
    plain: await read({ mode: "no-cors", headers: { "Content-Type": "text/plain" } }),
    page: await tried(fetch(TARGET + "/", { credentials: "include" }).then((answer) => answer.text())),
    script: await loaded("script", "src", "/main.js"),
    image: await loaded("img", "src", "/icon.svg"),
    graphqlImage: await loaded("img", "src", "/graphql?query=" + encodeURIComponent(change)),
    style: await loaded("link", "href", "/style.css"),
    events: await new Promise((resolve) => {
      const source = new EventSource(graphql + "?query=subscription{runs{id}}", { withCredentials: true });
      source.onmessage = () => resolve("read");
      source.onerror = () => resolve("refused");
    }),
  };
`;

Deno.test("console: a page of another site, or of this machine's other ports, reads and changes nothing [W8, W9]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const evil: HttpHandler = (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end(
      "<!DOCTYPE html><title>Win a prize</title><body>",
    );
    return Promise.resolve();
  };
  await using other = stageHttp(evil);
  const audits = async () =>
    (await stage.api("{ audit(first: 500) { nodes { action actor } } }")).audit.nodes;
  const sites = [`http://127.0.0.1:${other.port}`, `http://localhost:${other.port}`]; // of the same site, and of another
  for (const site of sites) {
    const visitor = await stage.browser.open();
    await signedIn(visitor, stage.plain);
    const before = await audits();
    const page = await visitor.tab();
    await page.goto(site);
    const came = await page.evaluate<Record<string, string>>(
      `(async (TARGET) => { ${ATTACKS} })(${JSON.stringify(stage.plain)})`,
    );
    for (const [attack, result] of Object.entries(came)) {
      assert.match(result, /^(?:refused(?:: TypeError)?|opaque)$/, `${site} ${attack}`);
    }
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.src = "${stage.plain}/";
      frame.onload = resolve;
      document.body.append(frame);
    })`);
    assert.ok(page.frames().length > 1);
    for (const frame of page.frames().slice(1)) {
      assert.equal(await frame.locator("#run-list").count(), 0, `${site}: the console is in no frame`);
    }
    const popup = page.waitForEvent("popup");
    await page.evaluate(`void (globalThis.opened = open("${stage.plain}/"))`);
    await (await popup).getByRole("heading", { level: 1 }).waitFor();
    assert.equal(
      await page.evaluate("opened.closed"),
      true,
      `${site}: the opener is cut off from the console`,
    );
    assert.deepEqual(await audits(), before, `${site}: nothing was done, nothing even began`);
  }
  assert.deepEqual((await stage.api("{ users { totalCount } }")).users, { totalCount: 1 });
});

Deno.test("console: signing out in one tab ends the subscriptions of all, at the server [W2, W10]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const source = `${stage.folder}/notes`;
  await Deno.mkdir(source);
  await makeSet(stage, { name: "private notes", sources: [source] });
  const visitor = await stage.browser.open();
  const page = await signedIn(visitor, stage.plain);
  const second = await visitor.tab();
  await second.goto(`${stage.plain}/`);
  await second.getByText("private notes", { exact: true }).waitFor();
  // A third one that reads the stream itself, so that it is the server that is seen to end it.
  const [cookie] = await visitor.context.cookies();
  const stream = await fetch(`${stage.plain}/graphql`, {
    method: "POST",
    headers: { ...JSON_TYPE, "Accept": "text/event-stream", "Cookie": `${cookie!.name}=${cookie!.value}` },
    body: '{"query":"subscription { runs { id } }"}',
  });
  assert.equal(stream.status, 200);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.match(await stream.text(), /SG1037/);
  await second.getByText("You were signed out.").waitFor();
  assert.ok(!(await second.content()).includes("private notes"), "what was shown is gone from the other tab");
  await second.getByRole("button", { name: "Sign in" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

Deno.test("console: wrong passwords are told in one sentence, with the code, and slowed down [W5]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const page = await (await stage.browser.open()).tab();
  await page.goto(`${stage.plain}/`);
  await page.getByRole("textbox", { name: "Name" }).fill("anna");
  const seen: string[] = [];
  for (let i = 0; i < 7; i++) {
    await page.getByRole("textbox", { name: "Password" }).fill(`wrong guess number ${i}`);
    const answered = page.waitForResponse("**/graphql");
    await page.getByRole("button", { name: "Sign in" }).click();
    await answered;
    await page.getByRole("button", { name: "Sign in", disabled: false }).waitFor();
    seen.push(await page.getByRole("alert").innerText());
  }
  assert.match(seen[0]!, /\[SG1037\]/);
  assert.match(seen[6]!, /\[SG1039\]/);
  assert.equal(await page.evaluate("document.activeElement.id"), "problem", "what went wrong has the focus");
});

Deno.test("console: a viewer sees no button of what it may not do, and no folder of a backup [W12]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const source = `${stage.folder}/notes`;
  await Deno.mkdir(source);
  const set = await makeSet(stage, { name: "notes", sources: [source] });
  const password = "hollow cabin meadow trumpet";
  await stage.api("mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }", {
    input: { name: "vera", role: "VIEWER", password },
  });
  const page = await (await stage.browser.open()).tab();
  await page.goto(`${stage.plain}/`);
  await page.getByRole("textbox", { name: "Name" }).fill("vera");
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "The backup set needs attention" }).waitFor();
  assert.deepEqual(await page.getByRole("button").allInnerTexts(), ["Sign out"]);
  await page.goto(`${stage.plain}/#/set/${set}/${"0".repeat(64)}?path=%2F`);
  await page.getByRole("alert").getByText("[SG1038]").waitFor();
});
