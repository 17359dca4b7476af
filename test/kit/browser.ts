// Copyright the SpareGrid authors. Apache-2.0.
// A real browser: Debian's chromium, led by playwright-core.
import assert from "node:assert/strict";
import axe from "axe-core";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

/** A browser that ends with the test. */
export interface TestBrowser extends AsyncDisposable {
  /** A profile of its own, as a fresh browser has. */
  open(options?: BrowserContextOptions): Promise<Visitor>;
}

/** Somebody with a browser of their own. */
export interface Visitor {
  readonly context: BrowserContext;
  /** A new tab. */
  tab(): Promise<Page>;
  /** What the browser complained about in any tab: violations of the security policy, errors, what could not be loaded. */
  readonly complaints: string[];
}

const CHROMIUM = "/usr/bin/chromium";

/** Starts it: `await using browser = await testBrowser()`. */
export async function testBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  return { open: (options) => visitor(browser, options), [Symbol.asyncDispose]: () => browser.close() };
}

async function visitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  context.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  await context.exposeBinding("complain", (_, text: string) => void complaints.push(text));
  await context.addInitScript(
    'addEventListener("securitypolicyviolation", (event) => ' +
      "complain(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`), true);",
  );
  return {
    context,
    complaints,
    async tab() {
      const page = await context.newPage();
      page.on("pageerror", ({ message }) => complaints.push(`error: ${message}`));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
      });
      return page;
    },
  };
}

/** Fails with what axe finds against WCAG 2.2 A and AA on the page as it is. */
export async function assertAccessible(page: Page, about: string): Promise<void> {
  await page.evaluate(axe.source);
  const options = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(options)})`);
  const found = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`
  );
  assert.deepEqual(found, [], about);
}
