// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { serviceCommand } from "./service_command.ts";
import { shownJson } from "./shown_text.ts";
import { standardInput } from "./standard_input.ts";

/** Asks the API in its own language. */
export const gqlCommand = serviceCommand({
  name: "gql",
  summary: "ask the service's GraphQL API",
  usage: ["[OPTION]… DOCUMENT", "[OPTION]… --file FILE", "[OPTION]… -"],
  text:
    "Sends a query, mutation or subscription and prints the data of the answer as JSON; of a subscription each event as a line, " +
    "until it ends or Ctrl-C. - reads the document from standard input. What there is to ask stands in schema.graphql.",
  examples: [
    "sparegrid gql '{ installation { gridId version } }'",
    "sparegrid gql --file report.graphql --variable since=2026-01-01T00:00:00Z",
  ],
  options: [
    { name: "file", value: "FILE", help: "Read the document from a file" },
    {
      name: "variable",
      value: "NAME=VALUE",
      repeat: true,
      help: "A variable; VALUE is JSON, or else a text (repeatable)",
    },
    { name: "variables", value: "JSON", help: "All variables as a JSON object" },
  ],
  operands: [0, 1, "the document"],
  async act(service, args, context) {
    const document = await documentOf(args, context);
    const variables = variablesOf(args);
    const { output, signal } = context;
    const print = (data: unknown) => {
      for (const line of JSON.stringify(data, null, output.mode.json ? undefined : 2).split("\n")) {
        output.result(shownJson(line));
      }
      output.flush();
    };
    // Comments and fragments may stand before; only subscriptions are followed.
    if (!/^\s*subscription\b/m.test(document.replace(/#[^\n]*/g, ""))) {
      return print(await service.ask(document, variables));
    }
    try {
      for await (const data of service.follow(document, variables)) print(data);
    } catch (error) {
      if (!signal.aborted) throw error; // Ctrl-C is how it is meant to end.
    }
  },
});

async function documentOf(args: Arguments, context: Context): Promise<string> {
  const [operand] = args.operands;
  const file = args.text("file");
  if ((operand === undefined) === (file === undefined)) {
    throw args.mistake("Cannot ask the service: give a document, or --file");
  }
  if (file !== undefined) {
    const { readTextFile } = await context.app();
    return utf8Text(await readTextFile(file));
  }
  return operand === "-" ? await standardInput(context) : operand!;
}

function variablesOf(args: Arguments): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  const all = args.text("variables");
  if (all !== undefined) {
    const parsed = parsedJson(all);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      throw args.mistake("Cannot use --variables: it must be a JSON object");
    }
    Object.assign(variables, parsed);
  }
  for (const text of args.list("variable")) {
    const equals = text.indexOf("=");
    const name = text.slice(0, equals);
    if (!/^[_A-Za-z]\w*$/.test(name)) throw args.mistake("Cannot use --variable: it must be NAME=VALUE");
    const value = text.slice(equals + 1);
    variables[name] = parsedJson(value) ?? (value === "null" ? null : value);
  }
  return variables;
}

/** The value of JSON text; undefined where it is none. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
