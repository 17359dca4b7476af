// Copyright the SpareGrid authors. Apache-2.0.
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { EXCLUDE_OPTIONS, excludesOf } from "./exclude_options.ts";
import { newPassword } from "./new_password.ts";
import type { OptionSpec } from "./option_spec.ts";
import type { Service } from "./service.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { SET_FIELDS, type SetNode, showSet } from "./set.ts";
import { shownText } from "./shown_text.ts";
import { apiDuration, nameOf, size } from "./shown_values.ts";

const KEEP_COUNTS = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

const HOW_OPTIONS: readonly OptionSpec[] = [
  { name: "set-compression", value: "MODE", help: "off, fastest, auto or max; default auto" },
  { name: "tag", value: "TAG", repeat: true, help: "Tag its snapshots (repeatable)" },
  { name: "skip-if-unchanged", help: "Make no snapshot where nothing changed" },
  ...KEEP_COUNTS.map((name) => ({
    name: `keep-${name}`,
    value: "N",
    help: name === "last"
      ? "A forget run keeps the last N snapshots"
      : `It keeps ${name} snapshots, N of them`,
  })),
  {
    name: "keep-within",
    value: "TIME",
    help: "It keeps all snapshots within this time of the last one, such as 30d",
  },
];

const DESTINATION_OPTION: OptionSpec = {
  name: "destination",
  short: "d",
  value: "NAME[:REPOSITORY]",
  repeat: true,
  help: "Back up to this destination; REPOSITORY is the path below it, left out: the set's name (repeatable)",
};

/** Adds a set. */
export const setAddCommand = serviceCommand({
  name: "set add",
  summary: "add a backup set",
  usage: ["[OPTION]… NAME SOURCE… --destination NAME"],
  text:
    "Adds a backup set: what is protected, what is left out, and where to. Its password is made by the service and kept in " +
    "its data folder, unless --set-password-file gives one or --ask-password asks for it: print the recovery sheet then.",
  examples: [
    "sparegrid set add documents ~/Documents --destination vault --exclude '*.tmp'",
    "sparegrid set add system /etc /home --destination vault --keep-daily 7 --keep-monthly 12",
  ],
  options: [
    DESTINATION_OPTION,
    ...EXCLUDE_OPTIONS,
    ...HOW_OPTIONS,
    { name: "set-password-file", value: "FILE", help: "Read the set's password from a file" },
    { name: "ask-password", help: "Ask for the set's password" },
  ],
  operands: [2, Infinity, "the set's name and what to back up"],
  async act(service, args, context) {
    const [name, ...sources] = args.operands as [string, ...string[]];
    const password = args.flag("ask-password") || args.has("set-password-file")
      ? await newPassword(args, context, "set-password-file", "set")
      : undefined;
    const destinations = await destinationsOf(service, args);
    if (destinations.length === 0) throw args.mistake("Cannot add the set: --destination is missing");
    const input = {
      name,
      sources: await absolute(sources, context),
      excludes: await excludesOf(args, context),
      options: optionsOf(args),
      destinations,
      ...(password === undefined ? {} : { password }),
    };
    const document =
      `mutation($input: CreateSetInput!) { createSet(input: $input) { set { ${SET_FIELDS} } } }`;
    const { createSet } = await service.ask<{ createSet: { set: SetNode } }>(document, { input });
    saySet(createSet.set, "added", context);
  },
});

/** Changes a set. */
export const setChangeCommand = serviceCommand({
  name: "set change",
  summary: "change a backup set",
  usage: ["[OPTION]… SET [SOURCE…]"],
  text:
    "Changes what is given and leaves the rest. Sources, destinations, excludes and options each replace those of before: " +
    "with one --exclude, for example, all excludes are as given.",
  options: [
    { name: "name", value: "NAME", help: "Give it another name" },
    { name: "pause", help: "Start no runs by itself; --pause=false: go on" },
    DESTINATION_OPTION,
    ...EXCLUDE_OPTIONS,
    { name: "exclude-nothing", help: "Take all excludes away" },
    ...HOW_OPTIONS,
  ],
  operands: [1, Infinity, "the set"],
  async act(service, args, context) {
    const [wanted, ...sources] = args.operands as [string, ...string[]];
    const { id } = await service.set(wanted);
    const destinations = await destinationsOf(service, args);
    const given = (options: readonly OptionSpec[]) => options.some(({ name }) => args.has(name));
    const name = args.text("name");
    const input = {
      id,
      ...(name === undefined ? {} : { name }),
      ...(sources.length === 0 ? {} : { sources: await absolute(sources, context) }),
      ...(given(EXCLUDE_OPTIONS) || args.flag("exclude-nothing")
        ? { excludes: await excludesOf(args, context) }
        : {}),
      ...(given(HOW_OPTIONS) ? { options: optionsOf(args) } : {}),
      ...(destinations.length === 0 ? {} : { destinations }),
      ...(args.has("pause") ? { paused: args.flag("pause") } : {}),
    };
    if (Object.keys(input).length === 1) {
      throw args.mistake("Cannot change the set: nothing says what to change");
    }
    const document =
      `mutation($input: UpdateSetInput!) { updateSet(input: $input) { set { ${SET_FIELDS} } } }`;
    const { updateSet } = await service.ask<{ updateSet: { set: SetNode } }>(document, { input });
    saySet(updateSet.set, "changed", context);
  },
});

interface Preview {
  readonly files: number;
  readonly bytes: number;
  readonly excludedFiles: number;
  readonly excludedBytes: number;
  readonly excluded: readonly { readonly path: string; readonly bytes: number }[];
  readonly complete: boolean;
}

/** Shows what a set would store. */
export const setPreviewCommand = serviceCommand({
  name: "set preview",
  summary: "show what a set would store and leave out",
  usage: ["[OPTION]… SET", "[OPTION]… SOURCE…"],
  text:
    "Looks at the sources as the service sees them, and stores nothing: how much a backup would hold, how much the excludes " +
    "leave out, and the largest of that. Where the only operand is no path, it is a set, and its own sources and excludes count.",
  examples: ["sparegrid set preview ~/Documents --exclude '*.iso'", "sparegrid set preview documents"],
  options: EXCLUDE_OPTIONS,
  operands: [1, Infinity, "a set, or what to back up"],
  async act(service, args, context) {
    const [first] = args.operands as [string];
    const isSet = args.operands.length === 1 && !/[/\\]/.test(first) && first !== "." && first !== "~";
    const input = isSet
      ? await inputOfSet(first, service)
      : { sources: await absolute(args.operands, context), excludes: await excludesOf(args, context) };
    const document =
      "query($input: PreviewInput!) { previewSet(input: $input) { files bytes excludedFiles excludedBytes " +
      "complete excluded { path bytes } } }";
    const { previewSet } = await service.ask<{ previewSet: Preview }>(document, { input });
    const { output } = context;
    if (output.mode.json) return output.object({ message_type: "preview", ...previewSet });
    const rows = previewSet.excluded.map(({ path, bytes }) => [size(bytes), shownText(path)]);
    if (rows.length > 0) output.table([{ title: "Size", align: "right" }, { title: "Left out" }], rows);
    output.result(`Would store ${previewSet.files} files, ${size(previewSet.bytes)}`);
    output.result(`Would leave out ${previewSet.excludedFiles} files, ${size(previewSet.excludedBytes)}`);
    if (!previewSet.complete) output.warn("The look ended at its time limit: there is more than was counted");
  },
});

async function inputOfSet(name: string, service: Service): Promise<Record<string, unknown>> {
  const { id } = await service.set(name);
  const { set } = await service.ask<{ set: SetNode }>(`query($id: ID!) { set(id: $id) { ${SET_FIELDS} } }`, {
    id,
  });
  return { sources: set.sources, excludes: set.excludes };
}

function saySet(set: SetNode, what: string, context: Context): void {
  if (!context.output.mode.quiet) showSet(set, context.output);
  if (!context.output.mode.json) sayDone(context, `The set ${shownText(set.name)} is ${what}`, {});
}

/** Sources as the service needs them: absolute, from the folder that the user is in. */
async function absolute(paths: readonly string[], context: Context): Promise<string[]> {
  const { absolutePath } = await context.app();
  return paths.map((path) => absolutePath(path));
}

async function destinationsOf(service: Service, args: Arguments): Promise<Record<string, string>[]> {
  const found: Record<string, string>[] = [];
  for (const text of args.list("destination")) {
    const colon = text.indexOf(":");
    const destination = await service.destinationId(colon < 0 ? text : text.slice(0, colon));
    found.push({ destination, ...(colon < 0 ? {} : { repository: text.slice(colon + 1) }) });
  }
  return found;
}

function optionsOf(args: Arguments): Record<string, unknown> {
  const keep = Object.fromEntries(KEEP_COUNTS.flatMap((name) => {
    const count = args.count(`keep-${name}`);
    return count === undefined ? [] : [[name, count] as const];
  }));
  const within = args.text("keep-within");
  const span = within === undefined ? undefined : apiDuration(within);
  if (within !== undefined && span === undefined) {
    throw args.mistake(
      `Cannot use --keep-within ${shownText(within)}: it must be a length of time such as 30d`,
    );
  }
  const rules = { ...keep, ...(span === undefined ? {} : { within: span }) };
  return {
    compression: nameOf(args.choice("set-compression", ["off", "fastest", "auto", "max"]) ?? "auto"),
    tags: args.list("tag"),
    skipIfUnchanged: args.flag("skip-if-unchanged"),
    ...(Object.keys(rules).length === 0 ? {} : { keep: rules }),
  };
}
