// Copyright the SpareGrid authors. Apache-2.0.
// `deno task test`: gets what the tests need, runs them, and ends with one line: `N passed, N failed, N skipped`.
// Arguments: paths of tests (default test/), and options of `deno test` such as --filter.

/** A program of the system, or a file, that some tests need. */
interface Tool {
  /** A program's name, or the beginning of a file's path. */
  readonly command: string;
  /** One or more, separated by spaces. */
  readonly debianPackage: string;
  readonly neededFor: string;
  /** What the text of a test file that needs it holds: without the tool such files are left out. Tests of others adapt. */
  readonly usedBy?: RegExp;
}

const TOOLS: readonly Tool[] = [
  {
    command: "restic",
    debianPackage: "restic",
    neededFor: "comparing with the real restic",
    usedBy: /\brestic(Done)?\(|"restic"|\bRestic\b|(both_programs|crash_lab)\.ts/,
  },
  { command: "getfacl", debianPackage: "acl", neededFor: "access control lists" },
  {
    command: "setfattr",
    debianPackage: "attr",
    neededFor: "trees with extended attributes",
    usedBy: /setfattr|(restic_tree|both_programs)\.ts/,
  },
  {
    command: "openssl",
    debianPackage: "openssl",
    neededFor: "making TLS certificates",
    usedBy: /certificate\.ts/,
  },
  {
    command: "unzip",
    debianPackage: "unzip",
    neededFor: "reading dumped zip archives",
    usedBy: /"unzip"/,
  },
  {
    command: "tar",
    debianPackage: "tar",
    neededFor: "reading dumped tar archives and judging trees",
    usedBy: /\["tar"|^ {4}"tar",$|list\("tar"|(tree_oracle|restic_tree|both_programs)\.ts/m,
  },
  {
    command: "jq",
    debianPackage: "jq curl",
    neededFor: "typing the examples of docs/API.md",
    usedBy: /"jq"/,
  },
  {
    command: "chromium",
    debianPackage: "chromium",
    neededFor: "the console in a real browser",
    usedBy: /kit\/browser\.ts/,
  },
  {
    command: "setpriv",
    debianPackage: "util-linux",
    neededFor: "tests as another user",
    usedBy: /"setpriv"/,
  },
  {
    command: "/usr/bin/faketime",
    debianPackage: "faketime",
    neededFor: "clocks that are wrong",
    usedBy: /libfaketime/,
  },
  { command: "zsh", debianPackage: "zsh", neededFor: "completing commands in zsh" },
  { command: "fish", debianPackage: "fish", neededFor: "completing commands in fish" },
  { command: "curl", debianPackage: "curl", neededFor: "the examples of docs/API.md" },
  { command: "pkill", debianPackage: "procps", neededFor: "interrupting a run", usedBy: /"pkill"/ },
  {
    command: "/usr/src/linux-source-",
    debianPackage: "linux-source",
    neededFor: "real data: the Linux source tree",
    usedBy: /linux-source/,
  },
  {
    command: "cc",
    debianPackage: "gcc libc6-dev",
    neededFor: "building the shim that injects faults",
    usedBy: /(fault_shim|fault_bench|crash_lab)\.ts|Command\("cc"/,
  },
  {
    command: "mkfs.ext4",
    debianPackage: "e2fsprogs mount",
    neededFor: "cutting the power of a drive",
    usedBy: /power_cuts\.ts/,
  },
  {
    command: "tc",
    debianPackage: "iproute2 nftables",
    neededFor: "slow links",
    usedBy: /slow_link\.ts/,
  },
  {
    command: "python3",
    debianPackage: "python3-minimal",
    neededFor: "making odd files",
    usedBy: /"python3"|nasty_tree\.ts/,
  },
];

/** Folders whose test files measure or crowd: they run one after the other, behind all others. */
const ALONE = ["test/flow", "test/hostile"];
/** Folders whose test files wait much for drives and for processes: each in a process of its own, two at a time. */
const PAIRED = ["test/compat", "test/crash"];
/** A run of test files that takes longer than this hangs: it is ended, so that the rest is told. */
const RUN_MS_MAX = 60 * 60_000;
/** How many of the slowest tests are told at the end. */
const SLOWEST = 15;

const strict = Deno.env.get("CI") === "true";
const root = new URL("..", import.meta.url).pathname;
const failures: string[] = [];
/** Of each failed test its file, its name and how its message begins: told at the end, where a log that is cut short still has it. */
const failedTests: string[] = [];
const timedTests: { readonly test: string; readonly seconds: number }[] = [];

Deno.chdir(root);
await getTools();
await getPackages();
const { paths, options } = splitArguments(Deno.args);
const files = await withoutMissing(await testFiles(paths));
const below = (folders: readonly string[]) =>
  files.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)));
const alone = below(ALONE);
const paired = below(PAIRED);
const together = files.filter((file) => !alone.includes(file) && !paired.includes(file));
const sums = { passed: 0, failed: 0, skipped: 0 };
const reports = await Deno.makeTempDir({ prefix: "sparegrid-test-report-" });
try {
  await runTests(together, "together", ["--parallel"]);
  await runTests(alone, "alone");
  const left = [...paired];
  const lane = async () => {
    for (let file = left.shift(); file; file = left.shift()) {
      await runTests([file], file.replaceAll("/", "-"), [], "at its end");
    }
  };
  await Promise.all([lane(), lane()]);
} finally {
  await Deno.remove(reports, { recursive: true });
}
if (files.length === 0) failures.push("no test file was found");
timedTests.sort((a, b) => b.seconds - a.seconds);
for (const { test, seconds } of timedTests.slice(0, SLOWEST)) {
  console.log(`slow: ${Math.round(seconds)} s, ${test}`);
}
for (const failure of [...failedTests, ...failures]) console.log(`failed: ${failure}`);
const failed = sums.failed + failures.length;
console.log(`${sums.passed} passed, ${failed} failed, ${sums.skipped} skipped`);
Deno.exit(failed > 0 ? 1 : 0);

/** Installs missing programs on Debian as root; elsewhere says what is left out. */
async function getTools(): Promise<void> {
  let missing = await missingTools();
  if (
    missing.length > 0 && Deno.build.os === "linux" && Deno.uid() === 0 && await exists("/usr/bin/apt-get")
  ) {
    const packages = [...new Set(missing.flatMap((tool) => tool.debianPackage.split(" ")))];
    console.log(`installing ${packages.join(", ")}`);
    const environment = { DEBIAN_FRONTEND: "noninteractive" };
    const install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages];
    if (!await run(install, environment)) {
      await run(["apt-get", "update", "-q"], environment);
      await run(install, environment);
    }
    missing = await missingTools();
  }
  for (const { command, debianPackage, neededFor } of missing) {
    console.log(
      `left out: tests that need ${command} (${neededFor}); to run them: apt-get install ${debianPackage}`,
    );
    if (strict) failures.push(`${command} is missing, and with CI=true nothing may be left out`);
  }
}

async function missingTools(): Promise<Tool[]> {
  const missing: Tool[] = [];
  for (const tool of TOOLS) {
    const found = tool.command.startsWith("/") ? hasFile(tool.command) : hasCommand(tool.command);
    if (!await found) missing.push(tool);
  }
  return missing;
}

/** True when the folder holds a file whose path begins so. */
async function hasFile(start: string): Promise<boolean> {
  const slash = start.lastIndexOf("/");
  try {
    for await (const { name } of Deno.readDir(start.slice(0, slash))) {
      if (name.startsWith(start.slice(slash + 1))) return true;
    }
  } catch {
    // No folder, no file.
  }
  return false;
}

async function hasCommand(command: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder !== "" && await exists(`${folder}/${command}`)) return true;
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Fetches the npm packages that deno.json pins. */
async function getPackages(): Promise<void> {
  if (!await run([Deno.execPath(), "install", "--quiet"])) failures.push("deno install failed");
}

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  return (await statusOf(argv, env)).success;
}

async function statusOf(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<Deno.CommandStatus> {
  const how = { stdin: "null", stdout: "inherit", stderr: "inherit" } as const;
  const child = new Deno.Command(argv[0]!, { args: argv.slice(1), env, ...how }).spawn();
  const hanging = setTimeout(() => {
    console.log(`ended after ${RUN_MS_MAX / 60_000} minutes: ${argv.join(" ")}`);
    child.kill("SIGKILL");
  }, RUN_MS_MAX);
  try {
    return await child.status;
  } finally {
    clearTimeout(hanging);
  }
}

function splitArguments(args: readonly string[]): { paths: string[]; options: string[] } {
  const paths = args.filter((argument) => !argument.startsWith("-"));
  return {
    paths: paths.length > 0 ? paths : ["test"],
    options: args.filter((argument) => argument.startsWith("-")),
  };
}

/** All `*_test.ts` files below the paths, in order. */
async function testFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  const walk = async (path: string): Promise<void> => {
    if ((await Deno.stat(path)).isFile) {
      files.push(path);
      return;
    }
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await walk(`${path}/${name}`);
      else if (name.endsWith("_test.ts")) files.push(`${path}/${name}`);
    }
  };
  for (const path of paths) await walk(path.replace(/\/+$/, ""));
  return [...new Set(files)].sort();
}

/** Leaves out the files whose tests cannot run for want of a tool, and says so. */
async function withoutMissing(files: readonly string[]): Promise<string[]> {
  const missing = (await missingTools()).filter((tool) => tool.usedBy);
  const kept: string[] = [];
  for (const file of files) {
    const text = missing.length > 0 ? await Deno.readTextFile(file) : "";
    const tool = missing.find(({ usedBy }) => usedBy!.test(text));
    if (tool) console.log(`left out: ${file} needs ${tool.command}`);
    else kept.push(file);
  }
  return kept;
}

/** Runs test files and adds up what came of them; prints why a test was left out. Output `at its end` does not mix with another's. */
async function runTests(
  files: readonly string[],
  name: string,
  how: readonly string[] = [],
  output: "as it comes" | "at its end" = "as it comes",
): Promise<void> {
  if (files.length === 0) return;
  const report = `${reports}/${name}.xml`;
  const kept = `${reports}/${name}.txt`;
  const command = [Deno.execPath(), "test", "-A", "--no-check", `--junit-path=${report}`];
  const argv = [...command, ...how, ...options, ...files];
  let status: Deno.CommandStatus;
  if (output === "as it comes") status = await statusOf(argv);
  else {
    console.log(`running ${files.join(" ")}`);
    status = await statusOf(["sh", "-c", 'out="$1"; shift; exec "$@" >"$out" 2>&1', "sh", kept, ...argv]);
    console.log(await Deno.readTextFile(kept));
  }
  const text = await Deno.readTextFile(report).catch(() => "");
  let failed = 0;
  for (const [, attributes] of text.matchAll(/<testsuites ([^>]*)>/g)) {
    const figure = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes!)?.[1] ?? 0);
    const skipped = [...text.matchAll(/<skipped\b/g)].length;
    failed += figure("failures") + figure("errors");
    sums.skipped += skipped;
    sums.passed += figure("tests") - figure("failures") - figure("errors") - skipped;
  }
  for (
    const [, test, seconds] of text.matchAll(/<testcase name="([^"]*)" classname="[^"]*" time="([\d.]+)"/g)
  ) {
    timedTests.push({ test: unescaped(test!), seconds: Number(seconds) });
  }
  for (const [, name] of text.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)) {
    console.log(`skipped: ${unescaped(name!)}`);
    // Rights are not a tool: a container may lack them however much is installed.
    if (strict && !/\(needs (?:root|the right to mount)\)/.test(name!)) {
      failures.push(`a test was skipped with CI=true: ${unescaped(name!)}`);
    }
  }
  for (
    const [, test, file, message] of text.matchAll(
      /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<failure message="([^"]*)"/g,
    )
  ) {
    const begin = unescaped(message!).slice(0, 2000).split("\n").slice(0, 20).join("\n    ");
    failedTests.push(`${file}: ${unescaped(test!)}\n    ${begin}`);
  }
  sums.failed += failed;
  if (!status.success && failed === 0) {
    failures.push(
      `deno test of ${name} ended with ${status.signal ?? status.code} and no failed test: see above`,
    );
  }
}

function unescaped(xml: string): string {
  return xml.replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&lt;", "<").replaceAll(
    "&gt;",
    ">",
  )
    .replaceAll("&amp;", "&");
}
