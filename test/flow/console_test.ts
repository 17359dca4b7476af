// Copyright the SpareGrid authors. Apache-2.0.
// The console's page in a real browser, against a real service: what a person does with it.
import assert from "node:assert/strict";
import type { Page, Request } from "playwright-core";
import { assertAccessible } from "../kit/browser.ts";
import { startService } from "../kit/service_process.ts";
import {
  ADMIN,
  consoleStage,
  makeAdmin,
  makeSet,
  signedIn,
  signIn,
  writeNoise,
} from "../kit/console_stage.ts";

const WIDTHS = [320, 768, 1280];

/** WCAG in light and dark at three widths, no scrolling sideways, one first heading. */
async function assertWellMade(page: Page, about: string): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      const where = `${about}, ${colorScheme}, ${width} px`;
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, where);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      assert.ok(wide <= width, `${where}: the page is ${wide} px wide`);
      assert.equal(await page.locator("h1:visible").count(), 1, where);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
}

/** What a run's live figures said, as they changed, until it was done. */
async function figuresUntilDone(page: Page): Promise<string[]> {
  const figures = await page.evaluate<string[]>(`new Promise((resolve) => {
    const seen = [];
    const list = document.getElementById("run-list");
    const look = () => {
      const now = list.querySelector(".figures")?.textContent;
      if (now && now !== seen.at(-1)) seen.push(now);
      if (list.querySelector("li .state.ok")) resolve(seen);
    };
    new MutationObserver(look).observe(list, { childList: true, subtree: true, characterData: true });
    look();
  })`);
  return figures;
}

Deno.test("console: from the printed code to a restored file, with what is seen as it happens [W7, W8, W14]", async () => {
  await using stage = await consoleStage();
  const { folder, plain } = stage;
  const documents = `${folder}/documents`;
  const hostile = `<img src=x onerror="complain('run')">`;
  await Deno.mkdir(`${documents}/${hostile}`, { recursive: true });
  await writeNoise(documents, 96);
  await Deno.writeTextFile(`${documents}/${hostile}/photo\u202egpj.exe`, "not a photo\n");
  const visitor = await stage.browser.open({ viewport: { width: 1280, height: 800 } });
  const page = await visitor.tab();
  const first = (name: string) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

  await page.goto(`${plain}/`);
  await first("Set up SpareGrid");
  await assertWellMade(page, "set-up");
  const textbox = (name: string) => page.getByRole("textbox", { name });
  await textbox("One-time code").fill("0000-0000-0000-0000");
  await textbox("Name").fill(ADMIN.userName);
  await textbox("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await page.getByRole("alert").getByText(/\[SG\d{4}\]/).waitFor();
  await textbox("One-time code").fill(stage.service.start.setUpCode!);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await first("No backup set yet");

  const set = await makeSet(stage, { name: hostile, sources: [documents], bytesPerSecond: 16 << 20 });
  await page.reload();
  await first("The backup set needs attention");
  await page.getByRole("button", { name: "Back up now" }).click();
  const figures = await figuresUntilDone(page);
  assert.ok(figures.length >= 3, `progress was seen: ${figures.join(" | ")}`);
  await first("The backup set is backed up");
  await assertWellMade(page, "overview");

  await page.getByRole("link", { name: hostile, exact: true }).click();
  await first(hostile);
  await assertWellMade(page, "set");
  await page.locator("#view .rows a").first().click();
  await first("documents");
  await page.getByText("noise 7.bin", { exact: true }).waitFor();
  await page.getByRole("link", { name: hostile, exact: true }).click();
  await first(hostile);
  await page.getByText("photo\\u{202e}gpj.exe", { exact: true }).waitFor();
  await page.goBack();
  await first("documents");
  await assertWellMade(page, "folder");
  await page.reload();
  await first("documents");

  await page.getByRole("button", { name: "Restore: noise 3.bin", exact: true }).click();
  await textbox("Into this folder").fill(`${folder}/restored`);
  await page.getByText(`It will be ${folder}/restored${documents}/noise 3.bin`).waitFor();
  await assertWellMade(page, "restore dialog");
  await page.getByRole("button", { name: "Start restore" }).click();
  const restored = page.locator("#run-list li").filter({ hasText: "Restore of" });
  await restored.getByText("Done").waitFor();
  assert.deepEqual(
    await Deno.readFile(`${folder}/restored${documents}/noise 3.bin`),
    await Deno.readFile(`${documents}/noise 3.bin`),
  );
  const { runs } = await stage.api(
    "query($set: ID!) { runs(filter: { set: $set }) { nodes { kind state } } }",
    { set },
  );
  assert.deepEqual(runs.nodes, [{ kind: "RESTORE", state: "DONE" }, { kind: "BACKUP", state: "DONE" }]);

  await page.getByRole("button", { name: "Sign out" }).click();
  await first("Sign in");
  await assertWellMade(page, "sign-in");
  assert.ok(!(await page.content()).includes("noise"), "what was shown is gone from the page");
  await page.goto(`${plain}/nothing`);
  await first("There is nothing here");
  await assertWellMade(page, "not found");
  const expected = /status of (?:404|400|401|403)/;
  assert.deepEqual(visitor.complaints.filter((complaint) => !expected.test(complaint)), []);
});

Deno.test("console: 300 hostile names are shown as text, page by page [W14]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const names = hostileNames(300);
  const source = `${stage.folder}/names`;
  await Deno.mkdir(source);
  for (const name of names) await Deno.writeTextFile(`${source}/${name}`, "");
  await makeSet(stage, { name: "names", sources: [source] });
  const visitor = await stage.browser.open();
  const page = await signedIn(visitor, stage.plain);
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByRole("heading", { level: 1, name: "The backup set is backed up" }).waitFor();
  await page.getByRole("link", { name: "names", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "names", exact: true }).waitFor();
  await page.locator("#view .rows a").first().click();
  await page.getByText("The first 200 are shown.").waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator(".rows.entries > li").nth(names.length - 1).waitFor();
  const shown = await page.locator(".rows.entries bdi").allTextContents();
  const words = await import("../../web/words.js");
  assert.deepEqual(shown.toSorted(), names.map(words.shownText).toSorted());
  assert.equal(
    await page.locator("#view img, #view script, #view iframe, #view style, #view svg svg").count(),
    0,
  );
  assert.deepEqual(visitor.complaints, []);
});

Deno.test("console: by keyboard alone: sign in, look into a snapshot, restore", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const source = `${stage.folder}/notes`;
  await Deno.mkdir(source);
  await Deno.writeTextFile(`${source}/note.txt`, "by hand\n");
  await makeSet(stage, { name: "notes", sources: [source] });
  const page = await (await stage.browser.open()).tab();
  const { keyboard } = page;
  /** Goes on by Tab to the control of this name; each on the way shows that it has the focus. */
  const tabTo = async (name: string) => {
    for (let i = 0; i < 30; i++) {
      await keyboard.press("Tab");
      const [found, outline] = await page.evaluate<[string, string]>(
        "[document.activeElement.ariaLabel ?? document.activeElement.innerText, getComputedStyle(document.activeElement).outlineStyle]",
      );
      assert.equal(outline, "solid", `${found} has the focus and shows it`);
      if (found === name) return;
    }
    assert.fail(`${name} is not reached by Tab`);
  };
  const first = (name: string) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  /** Each view puts the focus where one begins. (`waitForFunction` is refused by the page's policy once it has to wait.) */
  const focusOn = (id: string) => page.locator(`#${id}:focus`).waitFor();
  await page.goto(`${stage.plain}/`);
  await first("Sign in");
  await focusOn("sign-in-name");
  await keyboard.type(ADMIN.userName);
  await keyboard.press("Tab");
  await keyboard.type(ADMIN.password);
  await keyboard.press("Enter");
  await first("The backup set needs attention");
  await focusOn("title");
  await tabTo("Back up now: notes");
  await keyboard.press("Enter");
  await first("The backup set is backed up");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await page.locator("#view .rows.plain a").first().waitFor();
  await first("notes");
  await focusOn("title");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await page.getByText("note.txt", { exact: true }).waitFor();
  await focusOn("title");
  await tabTo("Restore: note.txt");
  await keyboard.press("Enter");
  await keyboard.type(`${stage.folder}/restored`);
  await keyboard.press("Enter");
  await page.locator("#run-list li").filter({ hasText: "Restore of" }).getByText("Done").waitFor();
  assert.equal(await Deno.readTextFile(`${stage.folder}/restored${source}/note.txt`), "by hand\n");
});

Deno.test("console: a service that is gone is said so; when it is back the page goes on by itself", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const visitor = await stage.browser.open();
  const page = await signedIn(visitor, stage.plain);
  await page.getByRole("heading", { level: 1, name: "No backup set yet" }).waitFor();
  await stage.service.end("SIGKILL");
  await page.getByText(/^The connection was lost\. What is shown is as of /).waitFor();
  const port = new URL(stage.plain).port;
  await using _again = await startService(`${stage.folder}/data`, ["--console-port", port]);
  await page.locator("#link").waitFor({ state: "hidden" });
  // The session outlived the service, and so did the page's right to change things.
  const source = `${stage.folder}/notes`;
  await Deno.mkdir(source);
  await makeSet(stage, { name: "notes", sources: [source] });
  await page.reload();
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByRole("heading", { level: 1, name: "The backup set is backed up" }).waitFor();
  assert.deepEqual(visitor.complaints.filter((text) => !text.includes("net::ERR_")), []);
});

Deno.test("console: a run is suspended, resumed and stopped by its buttons", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const source = `${stage.folder}/documents`;
  await Deno.mkdir(source);
  await writeNoise(source, 48);
  await makeSet(stage, { name: "documents", sources: [source], bytesPerSecond: 1 << 20 });
  const visitor = await stage.browser.open();
  const page = await signedIn(visitor, stage.plain);
  const run = page.locator("#run-list li");
  await page.getByRole("button", { name: "Back up now" }).click();
  await run.getByText("Running", { exact: true }).waitFor();
  await run.getByRole("button", { name: "Suspend" }).click();
  await run.getByText("Suspended", { exact: true }).waitFor();
  await run.getByRole("button", { name: "Resume" }).click();
  await run.getByText("Running", { exact: true }).waitFor();
  await run.getByRole("button", { name: "Stop" }).click();
  await run.getByText("Stopped", { exact: true }).waitFor();
  assert.equal(await run.getByRole("button").count(), 0);
  await page.getByRole("heading", { level: 1, name: "The backup set needs attention" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

Deno.test("console: a folder whose name is not UTF-8 is entered, and a file in it restored", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const make = `mkdir -p $'old/caf\\xe9' && echo coffee > $'old/caf\\xe9/menu\\xff.txt'`;
  await new Deno.Command("bash", { args: ["-c", make], cwd: stage.folder }).output();
  await makeSet(stage, { name: "old", sources: [`${stage.folder}/old`] });
  const page = await signedIn(await stage.browser.open(), stage.plain);
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByRole("heading", { level: 1, name: "The backup set is backed up" }).waitFor();
  await page.getByRole("link", { name: "old", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "old", exact: true }).waitFor();
  await page.locator("#view .rows a").first().click();
  await page.getByRole("link", { name: "caf\ufffd", exact: true }).click();
  await page.getByText("menu\ufffd.txt", { exact: true }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Restore: menu" }).click();
  await page.getByRole("textbox", { name: "Into this folder" }).fill(`${stage.folder}/restored`);
  await page.getByRole("button", { name: "Start restore" }).click();
  await page.locator("#run-list li").filter({ hasText: "Restore of" }).getByText("Done").waitFor();
  const compare = `cmp $'old/caf\\xe9/menu\\xff.txt' "restored$PWD"/$'old/caf\\xe9/menu\\xff.txt'`;
  const { success } = await new Deno.Command("bash", { args: ["-c", compare], cwd: stage.folder }).output();
  assert.ok(success);
  // Each folder above is a link of its own, those that are not UTF-8 too.
  await page.getByRole("link", { name: "old", exact: true }).click();
  await page.getByRole("link", { name: "caf\ufffd", exact: true }).waitFor();
});

Deno.test("console: a page that is not seen takes no connection; seen again, it shows the state of then", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const source = `${stage.folder}/notes`;
  await Deno.mkdir(source);
  const set = await makeSet(stage, { name: "notes", sources: [source] });
  const page = await (await stage.browser.open()).tab();
  const isStream = (request: Request) => (request.postData() ?? "").includes("subscription");
  const begun = page.waitForRequest(isStream);
  await signIn(page, stage.plain);
  await begun;
  const hide = (hidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));`);
  const ended = page.waitForEvent("requestfailed", isStream);
  await hide(true);
  await ended;
  await stage.api("mutation($set: ID!) { startRun(input: { kind: BACKUP, set: $set }) { run { id } } }", {
    set,
  });
  await page.getByText("Nothing has run yet.").waitFor();
  await hide(false);
  await page.locator("#run-list li").getByText("Done").waitFor();
});

/** Names that a page could trip over, all different. */
function hostileNames(count: number): string[] {
  const parts = [
    `<script>complain('run')<\u2215script>`,
    `<img src=x onerror=complain('run')>`,
    `"><svg onload=complain('run')>`,
    `' onfocus='complain(1)' autofocus='`,
    "javascript:complain('run')",
    "{{constructor.constructor('complain(1)')()}}",
    "${complain('run')}",
    "<iframe srcdoc='<script>complain(1)'>",
    "<style>*{display:none}",
    "<!--",
    "]]>",
    "&lt;b&gt;&amp;&#x3c;",
    "a\u202egpj.exe",
    "\u2066isolate\u2069",
    "line\nbreak\ttab\x07bell\x1b[2J",
    "\ufeffmark",
    "zero\u200bwidth",
    "שלום",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "🙂".repeat(20),
    "x".repeat(200),
    "  spaces  ",
    "%2e%2e%2f",
    "..;",
    "__proto__",
    "constructor",
    "toString",
    "NaN",
    "-rf",
    "~",
  ];
  return Array.from(
    { length: count },
    (_, i) => `${parts[i % parts.length]}${i < parts.length ? "" : ` ${i}`}`,
  );
}
