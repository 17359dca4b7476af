// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Settings, type SettingSources } from "../../../mod/app/settings.ts";
import { SETTING_KEYS, settingSpec, settingVariable } from "../../../mod/app/setting_table.ts";
import { suggest } from "../../../mod/cli/suggest.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const FILE = "/data/sparegrid.toml";

function resolve(
  sources: Partial<Omit<SettingSources, "file">> & { values?: Record<string, unknown> },
): Settings {
  const { values, ...rest } = sources;
  return Settings.resolve({
    workingFolder: "/here",
    dataFolder: "/data",
    ...(values === undefined ? {} : { file: { path: FILE, values } }),
    ...rest,
  }, suggest);
}

function refusal(sources: Parameters<typeof resolve>[0]): string {
  try {
    resolve(sources);
  } catch (error) {
    assert.ok(isSgError(error, "SG1046"), String(error));
    return error.message;
  }
  assert.fail("it was not refused");
}

Deno.test("Settings: a flag counts before a variable, that before the file, that before the catalog, that before the default", () => {
  const flags = { "parallel-runs": "5" };
  const environment = { SPAREGRID_PARALLEL_RUNS: "4" };
  const values = { "parallel-runs": 3 };
  const kept = { "parallel-runs": 6 };
  const table: [Parameters<typeof resolve>[0], unknown, string, string][] = [
    [{ flags, environment, values }, 5, "flag", "--parallel-runs"],
    [{ environment, values }, 4, "environment", "SPAREGRID_PARALLEL_RUNS"],
    [{ values }, 3, "file", FILE],
    [{}, 6, "catalog", "catalog"],
  ];
  for (const [sources, value, origin, place] of table) {
    const settings = resolve(sources);
    settings.adopt(kept);
    const state = settings.states().find(({ key }) => key === "parallel-runs")!;
    assert.deepEqual([state.value, state.origin, state.place], [value, origin, place]);
    assert.equal(settings.get("parallel-runs"), value);
  }
  assert.equal(resolve({}).get("parallel-runs"), 2);
  assert.equal(resolve({}).isSet("parallel-runs"), false);
  assert.equal(resolve({ values }).isSet("parallel-runs"), true);
});

Deno.test("Settings: every key has its flag, its variable and its line, and takes its own default from each", () => {
  for (const key of SETTING_KEYS) {
    const { kind, fallback, description } = settingSpec(key);
    assert.match(key, /^[a-z][a-z-]+[a-z]$/);
    assert.ok(description.length > 10 && !description.endsWith("."), key);
    if (fallback === "" || (Array.isArray(fallback) && fallback.length === 0)) continue;
    assert.deepEqual(kind.fromData(fallback), fallback, key);
    assert.deepEqual(kind.fromText(String(fallback)), fallback, key);
    assert.equal(settingVariable(key), `SPAREGRID_${key.toUpperCase().replaceAll("-", "_")}`);
  }
});

Deno.test("Settings: an unknown key is refused with its place and the one that was meant", () => {
  assert.equal(
    refusal({ values: { "backup-prot": 1 } }),
    `Cannot use the setting backup-prot in ${FILE}: there is none of this name; did you mean backup-port?`,
  );
  assert.match(
    refusal({ flags: { zzzzz: "1" } }),
    /^Cannot use the setting zzzzz on the command line: there is none/,
  );
  assert.match(
    refusal({ environment: { SPAREGRID_BACKUP_PROT: "1" } }),
    /SPAREGRID_BACKUP_PROT.*mean SPAREGRID_BACKUP_PORT\?$/,
  );
});

Deno.test("Settings: variables of others that begin alike are left alone", () => {
  const environment: Record<string, string> = {
    SPAREGRID_PORT: "tcp://10.0.0.1:6061",
    SPAREGRID_PORT_6061_TCP_ADDR: "10.0.0.1",
    SPAREGRID_SERVICE_HOST: "10.0.0.1",
    SPAREGRID_SERVICE_PORT: "6061",
    SPAREGRID_PASSWORD: "x",
    SPAREGRID_TOKEN: "x",
    SPAREGRID_NO_NATIVE: "1",
    SPAREGRID_SIM_SEEDS: "3",
    SPAREGRID_FUZZ_TIMES: "3",
    SPAREGRID_HOSTILE_ALL: "1",
    SPAREGRID_RACE_PAIRS: "3",
    SPAREGRID_BACKUP_PORT: "",
  };
  assert.ok(resolve({ environment }).states().every(({ origin }) => origin === "default"));
});

Deno.test("Settings: a bad value is refused with key, value, place and what it must be", () => {
  assert.equal(
    refusal({ flags: { "backup-port": "65536" } }),
    "Cannot use backup-port = 65536 on the command line: it must be a port from 1 to 65535, 0 for none, or any",
  );
  assert.match(
    refusal({ environment: { SPAREGRID_METRICS: "yes" } }),
    /metrics = yes in the environment \(SPAREGRID_METRICS\)/,
  );
  const bad: [string, unknown][] = [
    ["backup-port", "32004"],
    ["backup-port", 1.5],
    ["backup-port", -1],
    ["client", "true"],
    ["client", 1],
    ["parallel-runs", 0],
    ["parallel-runs", 1e9],
    ["shared-space", "lots"],
    ["shared-space", -1],
    ["shared-space", { nested: 1 }],
    ["grid-id", "Has Space"],
    ["grid-id", "../up"],
    ["grid-id", ".dot"],
    ["backup-listen", ["not an address"]],
    ["host-names", "a b"],
    ["log-level", "loud"],
    ["store", ""],
    ["store", "nul\u0000"],
  ];
  for (const [key, value] of bad) {
    assert.match(refusal({ values: { [key]: value } }), new RegExp(`^Cannot use ${key} = `));
  }
  assert.ok(refusal({ values: { "grid-id": "x".repeat(5000) } }).length < 300, "a long value is cut");
});

Deno.test("Settings: values are read in the forms that people write", () => {
  const { get } = {
    get: (text: string, key: string) =>
      resolve({ flags: { [key]: text } }).states().find((s) => s.key === key)!.value,
  };
  assert.equal(get("any", "backup-port"), "any");
  assert.equal(get("0", "console-port"), 0);
  assert.equal(get("1.5G", "shared-space"), 1.5 * 1024 ** 3);
  assert.equal(get("20 MiB", "shared-space"), 20 * 1024 ** 2);
  assert.deepEqual(get("::1, 127.0.0.1", "backup-listen"), ["::1", "127.0.0.1"]);
  assert.equal(get("no", "client"), false);
  assert.equal(get("true", "client"), true);
  assert.equal(resolve({ values: { "shared-space": "5M" } }).get("shared-space"), 5 * 1024 ** 2);
  assert.deepEqual(resolve({ values: { "host-names": ["a.example", "fe80::1"] } }).get("host-names"), [
    "a.example",
    "fe80::1",
  ]);
});

Deno.test("Settings: a relative path is taken from where it was written", () => {
  assert.equal(resolve({ flags: { store: "big" } }).get("store"), "/here/big");
  assert.equal(resolve({ environment: { SPAREGRID_STORE: "big" } }).get("store"), "/here/big");
  assert.equal(resolve({ values: { store: "big" } }).get("store"), "/data/big");
  assert.equal(resolve({ values: { store: "/mnt/big" } }).get("store"), "/mnt/big");
});

Deno.test("Settings.change keeps first, then tells; refuses what is fixed, set elsewhere, unknown or unfit", async () => {
  const settings = resolve({ flags: { metrics: "all" } });
  const kept: unknown[] = [], told: string[] = [];
  using _ = settings.onChange((key) => void told.push(`${key}=${settings.get("parallel-runs")}`));
  const keep = (value: unknown) => Promise.resolve(void kept.push(value));
  const state = await settings.change("parallel-runs", 7, keep);
  assert.deepEqual([state.value, state.origin, settings.get("parallel-runs")], [7, "catalog", 7]);
  assert.deepEqual([kept, told], [[7], ["parallel-runs=7"]]);
  await settings.change("parallel-runs", 8, keep);

  const refused = async (key: string, value: unknown, code: "SG1036" | "SG1038" | "SG1040", text: RegExp) =>
    await assert.rejects(
      settings.change(key, value, keep),
      (error) => isSgError(error, code) && text.test(error.message),
    );
  await refused("none", 1, "SG1036", /there is none/);
  await refused("backup-port", 1, "SG1038", /while the service runs/);
  await refused("metrics", "off", "SG1038", /it is set by --metrics/);
  await refused("parallel-runs", "many", "SG1040", /must be a whole number from 1 to 64/);
  await assert.rejects(
    settings.change("parallel-runs", 9, () => Promise.reject(new TypeError("full"))),
    TypeError,
  );
  assert.equal(settings.get("parallel-runs"), 8, "what could not be kept is not in force");
});

Deno.test("Settings.adopt leaves out what this version does not know or take", () => {
  const settings = resolve({});
  settings.adopt({ none: 1, "parallel-runs": "bad", "backup-port": 5, "log-level": "debug" });
  assert.deepEqual(settings.states().filter(({ origin }) => origin !== "default").map(({ key }) => key), [
    "log-level",
  ]);
});
