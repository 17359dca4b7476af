// Copyright the SpareGrid authors. Apache-2.0.
// Commands that work on a repository, or on the backups of a service's set.
import { SgError } from "../errors/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { OptionSpec } from "./option_spec.ts";
import type { Service } from "./service.ts";
import { shownText } from "./shown_text.ts";

/** The options of a command that can ask the service about a set. */
export const SET_OPTIONS: readonly OptionSpec[] = [
  { name: "set", value: "NAME", help: "Ask the running service about this backup set, not a repository" },
  { name: "destination", value: "NAME", help: "With --set: at this destination of the set" },
];

/** A set as a command names it. */
export interface NamedSet {
  readonly id: string;
  readonly destination: string | undefined;
}

/** The set that `--set` names. SG1008 for options that only a repository understands; `own` are the command's that go with a set. */
export async function namedSet(
  service: Service,
  args: Arguments,
  options: readonly OptionSpec[],
  own: readonly string[],
): Promise<NamedSet> {
  const stray = [
    ...options.map(({ name }) => name),
    "repo",
    "repository-file",
    "password-file",
    "password-command",
  ]
    .find((name) => args.has(name) && name !== "set" && name !== "destination" && !own.includes(name));
  if (stray !== undefined) throw args.mistake(`Cannot use --${stray} together with --set`);
  const { id } = await service.set(args.text("set")!);
  const destination = args.text("destination");
  return {
    id,
    destination: destination === undefined ? undefined : await service.destinationId(destination),
  };
}

/** A snapshot as the API answers it. */
export interface SnapshotNode {
  readonly id: string;
  readonly takenAt: string;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly files: number | null;
  readonly bytes: number | null;
  readonly destination: { readonly id: string; readonly name: string };
}

/** The fields of a {@link SnapshotNode}. */
export const SNAPSHOT_FIELDS = "id takenAt hostname paths tags files bytes destination { id name }";

/** A page of snapshots of a set, the latest first. */
export async function* setSnapshots(
  { id, destination }: NamedSet,
  service: Service,
): AsyncGenerator<SnapshotNode> {
  interface Page {
    readonly snapshots: {
      readonly nodes: readonly SnapshotNode[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  }
  const document =
    `query($set: ID!, $destination: ID, $after: String) { snapshots(set: $set, destination: $destination, ` +
    `first: 200, after: $after) { nodes { ${SNAPSHOT_FIELDS} } pageInfo { hasNextPage endCursor } } }`;
  for (let after: string | null = null;;) {
    const { snapshots }: Page = await service.ask(document, { set: id, destination, after });
    yield* snapshots.nodes;
    if (!snapshots.pageInfo.hasNextPage) return;
    after = snapshots.pageInfo.endCursor;
  }
}

/** The snapshot that `latest`, an ID or the beginning of one names. SG1011 where there is none, or where several begin so. */
export async function setSnapshot(name: string, set: NamedSet, service: Service): Promise<SnapshotNode> {
  let found: SnapshotNode | undefined;
  for await (const snapshot of setSnapshots(set, service)) {
    if (name === "latest" || snapshot.id === name) return snapshot;
    if (!/^[0-9a-f]+$/.test(name) || !snapshot.id.startsWith(name) || snapshot.id === found?.id) continue;
    if (found !== undefined) {
      throw new SgError("SG1011", `Cannot tell which snapshot ${shownText(name)} is: several begin so`);
    }
    found = snapshot;
  }
  if (found !== undefined) return found;
  throw new SgError("SG1011", `Cannot find the snapshot ${shownText(name)} of this set`, {
    remedy: "See the list: sparegrid snapshots --set NAME",
  });
}

/** A path as the API takes it; bytes where it is not UTF-8. */
export function pathInput(path: string, base64?: string | null): Record<string, string> {
  return base64 === undefined || base64 === null ? { text: path } : { base64 };
}
