// Copyright the SpareGrid authors. Apache-2.0.
// Writes docs/SECURITY-TESTS.md: which test proves which requirement. A test says so at the end of its name: `… [W5]`, `… [W5, W9]`.

/** The requirements, after OWASP ASVS 5.0, in a line each. */
export const REQUIREMENTS: Readonly<Record<string, string>> = {
  W1: "The session's cookie is HttpOnly, SameSite=Strict and, over TLS, Secure with the `__Host-` prefix",
  W2:
    "Session IDs are 256 random bits, kept as a hash, renewed at sign-in; signing out and a new password end sessions at the server",
  W3:
    "Sessions end after 30 idle minutes and after 12 hours; a user sees and ends them; what is dangerous takes the password anew after 15 minutes",
  W4:
    "Passwords have 12 to 128 characters and more, without rules of composition; the most common are refused",
  W5:
    "Failed sign-ins slow down by name and by address, never lock for good, and tell nothing about which names exist",
  W6:
    "A second factor: one-time codes (TOTP) and recovery codes of 128 bits, each good once (passkeys: see ARCHITECTURE.md)",
  W7: "There is no default account: the first administrator needs a one-time code",
  W8: "Every page has its security headers: CSP, nosniff, no referrer, no framing",
  W9:
    "Requests that come from other sites change nothing: JSON only, a header of our own, Origin and Sec-Fetch-Site are looked at",
  W10: "Subscriptions need the session, and end when it ends",
  W11:
    "GraphQL requests are bounded: depth, aliases, cost, tokens, size, time, number at once; introspection for the signed-in only",
  W12: "Rights are checked for every field; what is absent and what is forbidden look alike",
  W13:
    "Downloads have safe names and are never shown as pages (the service gives out no files yet: they leave by restores, and by `dump` on the command line)",
  W14: "Names are shown as text, whatever they hold",
  W15: "Forwarding headers count only where a proxy is configured",
  W16:
    "Requests that two programs could read in two ways are refused; TRACE, listings and banners there are none",
  W17: "Headers, bodies, answers and idle connections have deadlines; sizes and connections have limits",
  W18: "TLS is 1.2 or 1.3, and certificates between machines are pinned",
  W19:
    "Sign-ins, administration, restores and deletions are logged, without secrets and safe against forged lines",
  W20: "Packages are pinned with their hashes",
  W21:
    "Only administrators say where the service sends requests (destinations; there are no webhooks yet); redirects are not followed, answers have limits of time and size",
  W22: "Requests for other host names are refused",
};

const TAGS = /^\s*(?:Deno\.)?\w*[tT]est\w*\(\s*["`](.+?) \[((?:W\d+(?:, )?)+)\]["`]/gm;

/** Tests by requirement: `path: name`. */
export async function testsByRequirement(root: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>(Object.keys(REQUIREMENTS).map((key) => [key, []]));
  const walk = async (folder: string): Promise<void> => {
    for (
      const { name, isDirectory } of [...Deno.readDirSync(root + folder)].sort((a, b) =>
        a.name < b.name ? -1 : 1
      )
    ) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else if (name.endsWith("_test.ts")) {
        const text = await Deno.readTextFile(`${root}${folder}/${name}`);
        for (const [, title, tags] of text.matchAll(TAGS)) {
          for (const tag of tags!.split(", ")) found.get(tag)?.push(`\`${folder}/${name}\`: ${title}`);
        }
      }
    }
  };
  await walk("test");
  return found;
}

/** The page. */
export async function securityTestsPage(root: string): Promise<string> {
  const found = await testsByRequirement(root);
  return [
    "# Security requirements and their tests",
    "",
    "Written by `deno run -A scripts/security_tests_page.ts` from the names of the tests.",
    "",
    ...Object.entries(REQUIREMENTS).flatMap(([key, text]) => [
      `## ${key}: ${text}`,
      "",
      ...(found.get(key)!.length > 0 ? found.get(key)!.map((test) => `- ${test}`) : ["No test yet."]),
      "",
    ]),
  ].join("\n").trimEnd() + "\n";
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname;
  await Deno.writeTextFile(`${root}docs/SECURITY-TESTS.md`, await securityTestsPage(root));
}
