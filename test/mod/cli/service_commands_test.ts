// Copyright the SpareGrid authors. Apache-2.0.
// Each command that asks a service, over the real API: documents, rights, limits, tables and JSON.
import assert from "node:assert/strict";
import { COMMANDS } from "../../../mod/cli/commands.ts";
import { utf8 } from "../../../mod/base/mod.ts";
import { type ServiceCliStage, serviceCliStage } from "../../kit/service_cli_stage.ts";

const GOOD_PASSWORD = "gull lantern orbit quartz";
const FILES = { "/pw": GOOD_PASSWORD, "/patterns": "*.bak\n" };

async function askForAccount({ api }: ServiceCliStage, id: string): Promise<void> {
  await api.account.accounts.request({ id, address: "192.0.2.7", approval: { kind: "manual" } });
}

/** A command line of each command, what it prints, and its status where that is not 0. */
const CASES: readonly (readonly [argv: readonly string[], shows: RegExp, status?: number])[] = [
  [["status"], /^pc: .*client.*\n[^]*1 set, 1 destination[^]*1 account/],
  [["set", "list"], /documents +\/home\/anna +disk +1 /],
  [["set", "show", "documents"], /Source: +\/home\/anna\n[^]*Destination: +disk/],
  [["set", "show", "set-1"], /Name: +documents/],
  [
    ["set", "add", "photos", "/home/anna/photos", "-d", "disk", "-e", "*.tmp", "--keep-daily", "7"],
    /photos is added/,
  ],
  [["set", "change", "documents", "--pause", "-d", "disk:sub/folder"], /documents is changed/],
  [["set", "change", "documents", "--iexclude-file", "/patterns"], /documents is changed/],
  [["set", "preview", "documents"], /Would store 1 files, 5 B/],
  [["set", "preview", "/home/anna", "--exclude-larger-than", "1G"], /Would leave out 0 files/],
  [["set", "recovery-sheet", "documents"], /^the sheet\n$/],
  [["set", "remove", "documents", "--with-backups"], /documents is being removed/],
  [["run", "start", "documents"], /backup of documents \(run 2\) is queued/],
  [["run", "start", "documents", "--kind", "check", "--full", "--destination", "disk"], /check of documents/],
  [
    ["run", "list", "--state", "running", "--set", "documents", "--since", "2026-01-01"],
    /1 +backup +running/,
  ],
  [["run", "list", "--limit", "1"], /1 run of \d; see more with --limit/],
  [["run", "show", "1"], /backup \(run 1\) is running\nID: +1\nOrdered: [^]* by user:anna, try 1/],
  [["run", "suspend", "1"], /run 1\) is suspended/],
  [["run", "resume", "1"], /run 1\) is queued/],
  [["run", "stop", "1"], /run 1\) is stopped/],
  [["search", "note*", "--set", "documents", "-i"], /documents +\/home\/anna\/note\.txt +5 B/],
  [["history", "--set", "documents", "/home/anna/note.txt"], /5 B +1970-\S+ \S+ +abababab/],
  [["report", "--since", "2026-01-01"], /^0 runs from 2026-01-01 /],
  [["destination", "list"], /disk +folder +\/mnt\/disk/],
  [["destination", "add", "disk", "--folder", "/mnt/disk"], /disk is added: \/mnt\/disk/],
  [["destination", "add", "vault", "--server", "vault:32007"], /is added/],
  [["destination", "add", "vault", "--invite", "sgi-text"], /is added/],
  [["destination", "change", "disk", "--bandwidth", "1M"], /is changed/],
  [["destination", "test", "disk"], /can be reached/],
  [["destination", "remove", "disk"], /is forgotten/],
  [["account", "list", "--state", "pending", "lap"], /laptop +pending +\S* *0 B +0 B +none/],
  [["account", "show", "laptop"], /State: +pending\n[^]*It keeps nothing here/],
  [["account", "approve", "laptop", "--quota", "5G"], /laptop is approved with 5\.0 GiB/],
  [
    ["account", "change", "laptop", "--label", "Ann's", "--append-only", "--quota", "6G"],
    /laptop is changed/,
  ],
  [["account", "deactivate", "laptop"], /laptop is inactive/],
  [["account", "activate", "laptop"], /laptop is active/],
  [["account", "suspend", "laptop"], /laptop is suspended/],
  [["account", "resume", "laptop"], /laptop goes on/],
  [["account", "reset-secret", "laptop"], /^[\w-]{43}\n$/],
  [["invite", "create", "tablet", "--quota", "1G", "--valid-for", "2d"], /^\S{50,}\n$/],
  [["invite", "list"], /tablet +1\.0 GiB[^]*1 invite/],
  [["user", "list"], /anna +administrator[^]*vera +viewer[^]*2 users/],
  [
    ["user", "add", "otto", "--role", "operator", "--user-password-file", "/pw"],
    /otto \(operator\) is added/,
  ],
  [["user", "change", "vera", "--role", "operator", "--enabled=false"], /vera \(operator\) is changed/],
  [["user", "change", "vera", "--remove-second-factor"], /vera \(operator\) is changed/],
  [["user", "remove", "otto"], /otto is removed/],
  [["token", "create", "monitor", "--scope", "read", "--expires-in", "90d"], /^\S+\n$/],
  [["token", "list"], /monitor +anna +read /],
  [["token", "revoke", "monitor"], /monitor is revoked/],
  [
    ["audit", "list", "--action", "createUser", "--since", "2026-01-01", "--limit", "5"],
    /createUser +otto[^]*1 line/,
  ],
  [["audit", "verify"], /^\d+ lines, all intact\nHead: [0-9a-f]{64}\n$/],
  [["config", "set", "run.limit", "4"], /is now /],
  [["gql", "{ installation { gridId } }"], /"gridId": "pc"/],
  [["snapshots", "--set", "documents"], /abababab +\S+ \S+ +pc +\/home\/anna +disk/],
  [["ls", "--set", "documents", "latest"], /^\/home\/anna\/note\.txt\n/],
  [["ls", "--set", "documents", "-l", "ababab:/home/anna"], /^-rw-r--r-- anna +anna +5 \S+ \S+ \/home/],
  [["find", "--set", "documents", "note*"], /^\/home\/anna\/note\.txt\n$/],
  [["diff", "--set", "documents", "latest", "abab"], /^0 differences\n$/],
];

/** Commands that are tried below, or in test/flow/pairing_test.ts. */
const APART = ["run watch", "restore", "invite revoke", "account remove", "account undelete"];

Deno.test("service commands: each asks the API what it may ask, and shows what comes back", async () => {
  await using service = await serviceCliStage();
  await askForAccount(service, "laptop");
  service.api.runs.put({ id: "1" });
  const faults: string[] = [];
  for (const [argv, shows, status = 0] of CASES) {
    const { terminal, ...end } = await service.run(argv, { files: FILES });
    if (end.status === status && shows.test(terminal.out)) continue;
    faults.push(`${argv.join(" ")} ends with ${end.status}, ${shows}: ${terminal.out}\n${terminal.err}`);
  }
  assert.deepEqual(faults, []);
  const tried = new Set(
    CASES.map(([argv]) => COMMANDS.find(({ name }) => argv.join(" ").startsWith(name))?.name),
  );
  const targets = await Promise.all(
    COMMANDS.map(async ({ name, load }) => [name, (await load()).target] as const),
  );
  const missing = targets.filter(([name, target]) =>
    (target === "service" || target === "either") &&
    !CASES.some(([argv]) => `${argv.join(" ")} `.startsWith(`${name} `))
  ).map(([name]) => name);
  assert.deepEqual(missing.sort(), [...APART].sort());
  assert.ok(tried.size > 30);
});

Deno.test("service commands: with --json each prints objects and nothing else", async () => {
  await using service = await serviceCliStage();
  await askForAccount(service, "laptop");
  service.api.runs.put({ id: "1" });
  const faults: string[] = [];
  for (const [argv] of CASES) {
    const end = await service.run([...argv, "--json"], { files: FILES });
    for (const object of end.json()) {
      if (argv[0] !== "gql") assert.equal(typeof object["message_type"], "string", argv.join(" "));
    }
    if (end.terminal.err !== "") faults.push(`${argv.join(" ")}: ${end.terminal.err}`);
  }
  assert.deepEqual(faults, []);
});

Deno.test("service commands: what the token may not do is told with its code and status", async () => {
  await using service = await serviceCliStage();
  const viewer = await service.api.people.issue("vera", ["READ"]);
  for (
    const argv of [["user", "list"], ["run", "start", "documents"], ["audit", "verify"], [
      "config",
      "set",
      "a",
      "1",
    ]]
  ) {
    const { status, terminal } = await service.run(argv, { token: viewer });
    assert.equal(status, 1, argv.join(" "));
    assert.match(terminal.err, /^sparegrid: .* \[SG1038\]\n {2}\S/, argv.join(" "));
    assert.equal(terminal.out, "");
  }
  const { status, terminal } = await service.run(["status"], { token: "wrong" });
  assert.equal(status, 1);
  assert.match(terminal.err, /\[SG1037\]/);
});

Deno.test("service commands: what is not there and what is mistyped is said before anything is ordered", async () => {
  await using service = await serviceCliStage();
  const table: [string[], RegExp, number][] = [
    [
      ["set", "show", "nothing"],
      /Cannot find the set nothing \[SG1036\]\n {2}See the list: sparegrid set list/,
      1,
    ],
    [["run", "start", "nothing"], /\[SG1036\]/, 1],
    [["run", "start", "--kind", "scrub"], /this server makes no scrubs \[SG1040\]/, 2],
    [["run", "start"], /the set is missing \[SG1008\]/, 2],
    [["run", "start", "documents", "--kind", "restore"], /it must be one of backup, check/, 2],
    [["run", "start", "documents", "--destination", "moon"], /Cannot find the destination moon/, 1],
    [["run", "list", "--state", "odd"], /must be one of queued/, 2],
    [["set", "add", "x", "/y"], /--destination is missing/, 2],
    [["set", "change", "documents"], /nothing says what to change/, 2],
    [["destination", "add", "x"], /give one of --invite/, 2],
    [["destination", "add", "x", "--folder", "/a", "--rest", "http://b"], /give one of --invite/, 2],
    [["account", "approve", "laptop"], /--quota is missing/, 2],
    [["account", "change", "laptop"], /nothing says what to change/, 2],
    [["account", "show", "laptop"], /there is none of this ID/, 2],
    [["invite", "create", "--valid-for", "soon"], /must be a length of time/, 2],
    [["invite", "revoke", "abc"], /Cannot find the invitation abc/, 1],
    [["user", "change", "anna"], /nothing says what to change/, 2],
    [["user", "add", "otto"], /none was given \[SG1024\]/, 1],
    [["token", "create", "x", "--scope", "all"], /must be one of read/, 2],
    [["history", "/x"], /--set is missing/, 2],
    [["report"], /--since is missing/, 2],
    [["audit", "verify", "--head", "00"], /\[SG1047\]/, 1],
    [["gql"], /give a document/, 2],
    [["gql", "{ nothing }"], /\[SG1040\]/, 2],
    [["gql", "{ me { byToken } }", "--variables", "[1]"], /must be a JSON object/, 2],
    [["gql", "{ me { byToken } }", "--variable", "1=2"], /must be NAME=VALUE/, 2],
    [["restore", "latest", "--set", "documents"], /--target FOLDER is missing/, 2],
    [
      ["restore", "latest", "--set", "documents", "--target", "/x", "--include", "a"],
      /Cannot use --include together with --set/,
      2,
    ],
    [["ls", "latest", "--set", "documents", "--repo", "/x"], /Cannot use --repo together with --set/, 2],
    [["ls", "00ff", "--set", "documents"], /Cannot find the snapshot 00ff of this set \[SG1011\]/, 1],
    [["find", "x", "--set", "documents", "--host", "y"], /Cannot use --host together with --set/, 2],
  ];
  for (const [argv, says, status] of table) {
    const end = await service.run(argv);
    assert.equal(end.status, status, `${argv.join(" ")}: ${end.terminal.err}`);
    assert.match(end.terminal.err, says, argv.join(" "));
  }
  assert.equal(service.api.runs.rows.size, 0);
});

Deno.test("run watch follows a run to its end and ends with what became of it", async () => {
  await using service = await serviceCliStage();
  const { runs } = service.api;
  const table: [string, number][] = [["done", 0], ["incomplete", 3], ["failed", 1], ["stopped", 130]];
  for (const [state, status] of table) {
    runs.put({ id: "7", state: "running", setId: "set-1" });
    const watching = service.run(["run", "watch", "7"]);
    while (runs.watchers.count === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const why = { message: "It ended", ...(state === "failed" ? { code: "SG0178" as const } : {}) };
    runs.put({ id: "7", state: state as "done", ...why });
    const end = await watching;
    assert.equal(end.status, status, state + end.terminal.err);
    const said = end.terminal.out + end.terminal.err;
    assert.match(said, new RegExp(`backup of documents \\(run 7\\) is ${state}`));
  }
});

Deno.test("run watch without a run prints changes of all until Ctrl-C; restore of a set is a run that is followed", async () => {
  await using service = await serviceCliStage();
  const { runs } = service.api;
  runs.put({ id: "1", state: "running" });
  const restoring = service.run(["restore", "latest:/home/anna", "--set", "documents", "--target", "/out"]);
  while (!runs.rows.has("2") || runs.watchers.count === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  runs.put({ id: "2", state: "done" });
  const end = await restoring;
  assert.equal(end.status, 0, end.terminal.err);
  assert.match(end.terminal.out, /restore of documents \(run 2\) is queued\n[^]*is done/);
});

Deno.test("gql follows a subscription, reads documents from files and standard input, and takes variables", async () => {
  await using service = await serviceCliStage();
  const document = "query($name: String) { set(name: $name) { id } }";
  const answer = '{\n  "set": {\n    "id": "set-1"\n  }\n}\n';
  const fromFile = ["gql", "--file", "/q", "--variable", "name=documents"];
  assert.equal((await service.run(fromFile, { files: { "/q": document } })).terminal.out, answer);
  const fromInput = ["gql", "-", "--variables", '{"name":"documents"}'];
  assert.equal((await service.run(fromInput, { input: utf8(document) })).terminal.out, answer);
  service.api.runs.put({ id: "1", state: "done" });
  const { terminal, status } = await service.run([
    "gql",
    'subscription { run(id: "1") { state } }',
    "--json",
  ]);
  assert.equal(status, 0, terminal.err);
  assert.equal(terminal.out, '{"run":{"state":"DONE"}}\n');
});

Deno.test("service commands: names of strangers reach no terminal as they are", async () => {
  await using service = await serviceCliStage();
  const hostile = { message: "\u001b[2Jgone\u202e", orderedBy: "user:\u009b1m" };
  service.api.runs.put({ id: "1", state: "failed", ...hostile });
  for (const argv of [["run", "show", "1"], ["run", "list"]]) {
    const { terminal } = await service.run(argv);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(terminal.out.replaceAll("\n", ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
  }
});
