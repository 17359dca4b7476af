// Copyright the SpareGrid authors. Apache-2.0.
// `ls` and `restore` on the backups of a service's set.
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { pages } from "./listing.ts";
import type { OptionSpec } from "./option_spec.ts";
import { RUN_FIELDS, type RunNode, runSentence } from "./run_shown.ts";
import { watchRun } from "./run_watch.ts";
import { Service } from "./service.ts";
import { sayDone } from "./service_command.ts";
import { namedSet, pathInput, setSnapshot } from "./set_option.ts";
import { parted } from "./set_snapshots.ts";
import { shownText } from "./shown_text.ts";
import { nameOf, when } from "./shown_values.ts";

interface EntryNode {
  readonly name: string;
  readonly path: string;
  readonly pathBase64: string | null;
  readonly kind: string;
  readonly size: number;
  readonly modifiedAt: string;
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly linkTarget: string | null;
}

/** `sparegrid ls --set NAME SNAPSHOT[:FOLDER] [FOLDER]…`. */
export async function listOfSet(
  args: Arguments,
  context: Context,
  options: readonly OptionSpec[],
): Promise<number> {
  const [name, ...folders] = args.operandsBetween(1, Infinity, "the snapshot (an ID or latest)") as [string];
  const [snapshotName, folder] = parted(name);
  const relative = [...folders, ...(folder === undefined ? [] : [folder])].find((path) =>
    !path.startsWith("/")
  );
  if (relative !== undefined) {
    throw args.mistake(
      `Cannot list ${shownText(relative)}: a folder in a snapshot is named by its absolute path`,
    );
  }
  using service = await Service.open(args, context);
  const set = await namedSet(service, args, options, ["long", "recursive"]);
  const { id: snapshot } = await setSnapshot(snapshotName, set, service);
  const places = folders.length > 0 ? folders : [folder ?? "/"];
  const deep = folders.length === 0 || args.flag("recursive");
  const { output } = context;
  // Depth first, a page at a time: the tree may be of any size.
  const walk = async (path: Record<string, string>): Promise<void> => {
    const listing = {
      field: "entries",
      arguments: [
        "$set: ID!, $snapshot: ID!, $path: PathInput!",
        "set: $set, snapshot: $snapshot, path: $path",
      ] as const,
      variables: { set: set.id, snapshot, path },
      fields: "name path pathBase64 kind size modifiedAt permissions owner group linkTarget",
      noun: "entry",
      columns: [],
      row: () => [],
      counts: false,
    };
    for await (const { nodes } of pages<EntryNode>(listing, service, Infinity)) {
      for (const entry of nodes) {
        if (output.mode.json) output.object({ message_type: "node", struct_type: "node", ...entry });
        else output.result(entryLine(entry, args.flag("long")));
        if (deep && entry.kind === "FOLDER") await walk(pathInput(entry.path, entry.pathBase64));
      }
    }
  };
  for (const place of places) await walk(pathInput(place));
  return 0;
}

function entryLine(entry: EntryNode, long: boolean): string {
  const path = shownText(entry.path);
  if (!long) return path;
  const target = entry.linkTarget === null ? "" : ` -> ${shownText(entry.linkTarget)}`;
  const owner = `${shownText(entry.owner).padEnd(8)} ${shownText(entry.group).padEnd(8)}`;
  const bytes = String(entry.kind === "FILE" ? entry.size : 0).padStart(12);
  return `${entry.permissions} ${owner} ${bytes} ${when(entry.modifiedAt)} ${path}${target}`;
}

/** `sparegrid restore --set NAME SNAPSHOT[:PATH] [--target FOLDER]`: a run of the service, followed to its end. */
export async function restoreOfSet(
  args: Arguments,
  context: Context,
  options: readonly OptionSpec[],
): Promise<number> {
  const [name] = args.operandsBetween(1, 1, "the snapshot (an ID or latest)") as [string];
  const [snapshotName, path] = parted(name);
  const target = args.text("target");
  if (target === undefined || target === "") {
    throw args.mistake("Cannot restore: --target FOLDER is missing (/ is the original place)");
  }
  const overwrite = args.choice("overwrite", ["always", "if-changed", "if-newer", "never"]) ?? "always";
  using service = await Service.open(args, context);
  const own = ["target", "overwrite", "verify", "dry-run", "sparse"];
  const set = await namedSet(service, args, options, own);
  const { absolutePath } = await context.app();
  const input = {
    set: set.id,
    ...(set.destination === undefined ? {} : { destination: set.destination }),
    snapshot: snapshotName === "latest" ? "latest" : (await setSnapshot(snapshotName, set, service)).id,
    ...(path === undefined ? {} : { paths: [pathInput(path)] }),
    ...(target === "/" ? {} : { target: absolutePath(target) }),
    overwrite: nameOf(overwrite),
    verify: args.flag("verify"),
    dryRun: args.flag("dry-run"),
  };
  const document =
    `mutation($input: StartRestoreInput!) { startRestore(input: $input) { run { ${RUN_FIELDS} } } }`;
  const { startRestore } = await service.ask<{ startRestore: { run: RunNode } }>(document, { input });
  sayDone(context, runSentence(startRestore.run), { message_type: "run", ...startRestore.run });
  context.output.flush();
  return await watchRun(startRestore.run.id, service, context);
}
