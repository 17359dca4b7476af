// Copyright the SpareGrid authors. Apache-2.0.
// The judge of damage: what a check must have found, and what a restore may have given. It goes by the bytes that stand
// in the edited files, not by how they were edited.
import assert from "node:assert/strict";
import type { SgError } from "../../mod/errors/mod.ts";
import { type DamageBench, type ExpectedSnapshot, type Restored, sameBytes } from "./damage_bench.ts";
import type { Damage } from "./damage_editor.ts";

/** What a check found: its findings, or the error that kept the repository shut. */
export interface Found {
  readonly code: string;
  readonly object: string;
  readonly message: string;
  readonly hint: boolean;
}

const KEEPS_SHUT = ["SG1002", "SG1005"];

/** True when the repository cannot be opened any more: its config, or every key, is not what it was. */
export function isShut(bench: DamageBench, damage: Damage): boolean {
  const changed = bench.changedFiles(damage);
  const keys = [...bench.files.keys()].filter((file) => file.startsWith("keys/"));
  return changed.includes("config/") || keys.every((key) => changed.includes(key));
}

/** Fails unless the check names every file that is damaged, and blames none that is not. */
export function assertFound(bench: DamageBench, damage: Damage, found: readonly Found[]): void {
  const said = () =>
    `${damage.label}\n${found.map(({ code, message }) => `  ${code} ${message}`).join("\n")}`;
  const changed = bench.changedFiles(damage);
  if (changed.length === 0) return assert.deepEqual(found, [], said());
  if (isShut(bench, damage)) return assertShut(bench, damage, found[0]!);
  for (const file of changed) {
    const [type, name] = file.split("/") as [string, string];
    // Nobody can tell that there was another snapshot, or another key; a lost index shows in what it listed.
    if (damage.edited.get(file) === null && type !== "data" && type !== "index") continue;
    const lost = damage.edited.get(file) === null && type === "index";
    // A pack beside the others harms nobody; what only a damaged index listed waits for its repair.
    const hint = type === "data" && (!bench.files.has(file) || !isListed(bench, changed, name));
    const named = found.some((finding) =>
      finding.hint === hint && (finding.object + finding.message).includes(name) ||
      lost && finding.code === "SG1028"
    );
    assert.ok(named, `${file} is not named: ${said()}`);
  }
  if (changed.some((file) => file.startsWith("index/"))) return;
  const blamed = [...changed.map((file) => file.split("/")[1]!), ...bench.lostBlobs(damage).keys()];
  for (const { hint, object, message } of found) {
    if (hint) continue;
    assert.ok(blamed.some((name) => (object + message).includes(name)), `${object} is blamed: ${said()}`);
  }
}

/** True when an index file lists the pack that nothing happened to. */
function isListed(bench: DamageBench, changed: readonly string[], pack: string): boolean {
  const blob = bench.blobs.find((one) => one.pack === pack)!;
  return [...bench.listedBy].some(([index, blobs]) => !changed.includes(index) && blobs.includes(blob.id));
}

/** Fails unless a file is exact, or missing and told of; and all that nothing happened to is there. */
export function assertRestored(
  bench: DamageBench,
  damage: Damage,
  snapshot: ExpectedSnapshot,
  restored: Restored,
): void {
  const { files, problems, notes, thrown } = restored;
  const said = (what: string) =>
    `${what}, snapshot ${snapshot.id.slice(0, 8)}: ${damage.label}\n` +
    `${thrown ? `  thrown: ${thrown.message}\n` : ""}${problems.map((p) => `  ${p.message}`).join("\n")}`;
  for (const [path, bytes] of files) {
    const expected = snapshot.files.get(path);
    assert.ok(expected, said(`${path} came from nowhere`));
    assert.ok(sameBytes(bytes, expected.bytes), said(`${path} has wrong bytes`));
  }
  if (isShut(bench, damage)) return assertShut(bench, damage, thrown!);
  if (!bench.changedFiles(damage).includes(`snapshots/${snapshot.id}`)) {
    for (const index of unreadableIndexes(bench, damage)) {
      assert.ok(notes.some((note) => note.includes(index)), said(`${index} is not named`));
    }
  }
  if (thrown) return assertRefused(bench, damage, snapshot, thrown, said);
  const lost = lostTo(bench, damage);
  for (const [path, { needs }] of snapshot.files) {
    const whole = !needs.some((blob) => lost.has(blob));
    if (whole) assert.ok(files.has(path), said(`${path} is undamaged and was not restored`));
    if (files.has(path)) continue;
    const told = problems.some((problem) => {
      const about = new TextDecoder().decode(problem.path);
      return path === about || path.startsWith(`${about}/`);
    });
    assert.ok(told, said(`${path} is missing and nobody says so`));
  }
  if ([...snapshot.files.keys()].every((path) => files.has(path))) {
    assert.deepEqual(problems.map(({ message }) => message), [], said("all is there"));
  }
}

/** The blobs that cannot be had: damaged ones, and those that only a damaged index lists. */
function lostTo(bench: DamageBench, damage: Damage): ReadonlySet<string> {
  const lost = new Set<string>(bench.lostBlobs(damage).keys());
  for (const file of bench.changedFiles(damage)) {
    for (const blob of bench.listedBy.get(file) ?? []) lost.add(blob);
  }
  return lost;
}

/** Index files that are there and are not what they were. */
function unreadableIndexes(bench: DamageBench, damage: Damage): string[] {
  return bench.changedFiles(damage).filter((file) => file.startsWith("index/") && damage.edited.get(file));
}

/** A restore that does not even begin has a reason, and names it. */
function assertRefused(
  bench: DamageBench,
  damage: Damage,
  { id, tree }: ExpectedSnapshot,
  thrown: SgError,
  said: (what: string) => string,
): void {
  const own = `snapshots/${id}`;
  if (bench.changedFiles(damage).includes(own)) {
    return assert.ok(
      damage.edited.get(own) === null ? thrown.code === "SG1010" : thrown.message.includes(own),
      said("the snapshot is not named"),
    );
  }
  assert.ok(lostTo(bench, damage).has(tree), said("it was refused for no reason"));
  const pack = bench.blobs.find((blob) => blob.id === tree)!.pack;
  assert.ok(thrown.message.includes(tree) || thrown.message.includes(pack), said("the tree is not named"));
}

function assertShut(bench: DamageBench, damage: Damage, { code, message }: Pick<Found, "code" | "message">) {
  assert.ok(KEEPS_SHUT.includes(code), `${damage.label}: ${code} ${message}`);
  if (code === "SG1002") {
    assert.ok([...damage.edited.values()].includes(null), `${damage.label}: ${message}`);
    return;
  }
  const named = bench.changedFiles(damage).some((file) => message.includes(file.replace(/\/$/, "")));
  assert.ok(named, `${damage.label}: ${message}`);
}
