// Copyright the SpareGrid authors. Apache-2.0.
// One's own way in, in a real browser: the second factor from turning it on to getting in without the device, and the proof
// that what is dangerous asks for.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { authenticatorCode } from "../kit/authenticator.ts";
import { assertAccessible } from "../kit/browser.ts";
import { ADMIN, consoleStage, makeAdmin, signedIn } from "../kit/console_stage.ts";

/** A code that was not used yet: those of a half minute are good once. */
async function nextCode(secret: string, used: Set<string>): Promise<string> {
  for (;;) {
    const code = authenticatorCode(secret, Date.now());
    if (!used.has(code)) {
      used.add(code);
      return code;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Signs in with name and password; the page then asks for a code or is in. */
async function knock(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/`);
  await page.getByRole("textbox", { name: "Name" }).fill(ADMIN.userName);
  await page.getByRole("textbox", { name: "Password" }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

Deno.test("console: the second factor is turned on, asked for, and turned off with the password [W3, W6]", async () => {
  await using stage = await consoleStage();
  await makeAdmin(stage);
  const visitor = await stage.browser.open({ viewport: { width: 1280, height: 900 } });
  const other = await signedIn(await stage.browser.open(), stage.plain);
  const page = await signedIn(visitor, stage.plain);
  const used = new Set<string>();
  await page.getByRole("link", { name: ADMIN.userName }).click();
  await page.getByRole("heading", { level: 1, name: "Your sign-in" }).waitFor();
  await page.getByText("This browser").waitFor();
  await page.getByRole("button", { name: "Turn on" }).click();
  const secret = (await page.locator("section code").innerText()).replaceAll(" ", "");
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.equal(await page.getByRole("img", { name: "QR code of the key below" }).isVisible(), true);
  await assertAccessible(page, "turning on");
  const field = page.getByRole("textbox", { name: "Code that the app shows" });
  await field.fill("123");
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByRole("alert").getByText("[SG1040]").waitFor();
  await field.fill(await nextCode(secret, used));
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByText("10 recovery codes left").waitFor();
  const recoveryCodes = await page.locator(".codes code").allInnerTexts();
  assert.equal(recoveryCodes.length, 10);
  await assertAccessible(page, "recovery codes");
  await page.setViewportSize({ width: 320, height: 800 });
  assert.ok(
    await page.evaluate<number>("document.documentElement.scrollWidth") <= 320,
    "no scrolling sideways",
  );
  await page.setViewportSize({ width: 1280, height: 900 });
  // The other browser was signed out.
  await other.reload();
  await other.getByRole("button", { name: "Sign in" }).waitFor();

  await knock(other, stage.plain);
  const code = other.getByRole("textbox", { name: "Code of the second factor" });
  await code.waitFor();
  await assertAccessible(other, "asked for the code");
  await code.fill("000000");
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("alert").getByText("[SG1037]").waitFor();
  await code.fill(await nextCode(secret, used));
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("button", { name: "Sign out" }).click();
  await knock(other, stage.plain);
  await code.fill(recoveryCodes[0]!);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("link", { name: ADMIN.userName }).click();
  await other.getByText("9 recovery codes left").waitFor();

  // A quarter of an hour later.
  const catalog = new DatabaseSync(`${stage.folder}/data/catalog.db`);
  catalog.exec("PRAGMA busy_timeout = 5000; UPDATE session SET proved_at = proved_at - 900000");
  catalog.close();
  const dialog = page.getByRole("dialog", { name: "Is it you?" });
  await page.getByRole("button", { name: "Turn off" }).click();
  await dialog.waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.reload();
  await page.getByText("9 recovery codes left").waitFor();
  await page.getByRole("button", { name: "Turn off" }).click();
  await assertAccessible(page, "the proof");
  await dialog.getByRole("textbox", { name: "Your password" }).fill(ADMIN.password);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByRole("textbox", { name: "Code of the second factor" }).fill(await nextCode(secret, used));
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.getByText("Signing in takes the password alone. With").waitFor();
  // The other browser is signed out from here.
  await page.getByRole("button", { name: /^Sign out: / }).click();
  await page.getByRole("button", { name: /^Sign out: / }).waitFor({ state: "detached" });
  await other.reload();
  await other.getByRole("button", { name: "Sign in" }).waitFor();
  const { audit } = await stage.api("{ audit(first: 100) { nodes { action result } } }");
  const done = audit.nodes.map(({ action, result }: { action: string; result: string }) =>
    `${action} ${result}`
  );
  for (
    const line of [
      "confirmSecondFactor ok",
      "removeSecondFactor SG1053",
      "confirmPassword ok",
      "removeSecondFactor ok",
      "signIn SG1052",
    ]
  ) {
    assert.ok(done.includes(line), line);
  }
  // The one code that was wrong.
  assert.deepEqual(visitor.complaints, [
    "console: Failed to load resource: the server responded with a status of 400 (Bad Request)",
  ]);
});
