// Copyright the SpareGrid authors. Apache-2.0.
import type { Arguments } from "./arguments.ts";
import type { Context } from "./command.ts";
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { newPassword } from "./new_password.ts";
import type { OptionSpec } from "./option_spec.ts";
import { standardInput } from "./standard_input.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size, when, word } from "./shown_values.ts";

const FIELDS = "id name kind place account fingerprint uploadBytesPerSecond createdAt " +
  "usage { used allotted trash retentionLockDays }";
const PASSWORD_FILE: OptionSpec = {
  name: "rest-password-file",
  value: "FILE",
  help: "Read the password of the REST server from a file instead of asking",
};
const BANDWIDTH: OptionSpec = {
  name: "bandwidth",
  value: "SIZE",
  help: "Bytes per second that backups may send there; 0: no limit",
};
const FINGERPRINT: OptionSpec = {
  name: "server-fingerprint",
  value: "SHA256",
  help: "Fingerprint of the server's certificate",
};

interface DestinationNode {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly place: string;
  readonly account: string | null;
  readonly fingerprint: string | null;
  readonly uploadBytesPerSecond: number | null;
  readonly createdAt: string;
  readonly usage: { readonly used: number; readonly allotted: number | null; readonly trash: number } | null;
}

/** Lists the destinations. */
export const destinationListCommand = serviceCommand({
  name: "destination list",
  summary: "list where backups go",
  usage: ["[OPTION]…"],
  text: "Lists the destinations of this machine's backups by name.",
  options: [LIMIT_OPTION],
  async act(service, args, context) {
    await printListing<DestinationNode>(
      {
        field: "destinations",
        fields: FIELDS,
        noun: "destination",
        columns: [
          { title: "Name" },
          { title: "Kind" },
          { title: "Place" },
          { title: "Account" },
          { title: "Used", align: "right" },
          { title: "Allotted", align: "right" },
          { title: "Made" },
        ],
        row: (destination) => [
          shownText(destination.name),
          word(destination.kind),
          shownText(destination.place),
          shownText(destination.account ?? ""),
          size(destination.usage?.used),
          size(destination.usage?.allotted),
          when(destination.createdAt),
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Adds a destination. */
export const destinationAddCommand = serviceCommand({
  name: "destination add",
  summary: "add a place for backups",
  usage: [
    "[OPTION]… NAME --invite TEXT",
    "[OPTION]… NAME --server HOST[:PORT]",
    "[OPTION]… NAME --folder FOLDER",
    "[OPTION]… NAME --rest URL",
  ],
  text:
    "Adds a destination: a SpareGrid server by its invitation, or by its address (an account is asked for, and may have to be " +
    "approved there), a folder or drive of this machine, or any server that speaks restic's REST protocol.",
  examples: [
    'sparegrid destination add vault --invite "$(cat invitation.txt)"',
    "sparegrid destination add drive --folder /mnt/backup",
    "sparegrid destination add nas --rest https://nas:8000/ --rest-user ann",
  ],
  options: [
    { name: "invite", value: "TEXT", help: "The text of an invitation; - reads it from standard input" },
    { name: "server", value: "HOST[:PORT]", help: "A SpareGrid server that has not sent an invitation" },
    { name: "folder", value: "FOLDER", help: "A folder of this machine" },
    {
      name: "rest",
      value: "URL",
      help: "A REST server: http://… or https://…, without user name and password",
    },
    { name: "rest-user", value: "NAME", help: "User name at the REST server" },
    PASSWORD_FILE,
    FINGERPRINT,
    BANDWIDTH,
  ],
  operands: [1, 1, "the destination's name"],
  async act(service, args, context) {
    const bandwidth = args.size("bandwidth");
    const input = {
      name: args.operands[0]!,
      ...await placeOf(args, context),
      ...(bandwidth === undefined ? {} : { uploadBytesPerSecond: bandwidth }),
    };
    const document = `mutation($input: CreateDestinationInput!) { createDestination(input: $input) ` +
      `{ destination { ${FIELDS} } pending } }`;
    interface Answer {
      readonly createDestination: { readonly destination: DestinationNode; readonly pending: boolean };
    }
    const { destination, pending } = (await service.ask<Answer>(document, { input })).createDestination;
    const waits = pending ? "; the server's administrator has to approve the account first" : "";
    sayDone(
      context,
      `The destination ${shownText(destination.name)} is added: ${shownText(destination.place)}${waits}`,
      {
        message_type: "destination",
        ...destination,
        pending,
      },
    );
  },
});

async function placeOf(args: Arguments, context: Context): Promise<Record<string, unknown>> {
  const given = ["invite", "server", "folder", "rest"].filter((name) => args.has(name));
  if (given.length !== 1) {
    throw args.mistake("Cannot add the destination: give one of --invite, --server, --folder and --rest");
  }
  const fingerprint = args.text("server-fingerprint");
  const pin = fingerprint === undefined ? {} : { fingerprint };
  const value = args.text(given[0]!)!;
  switch (given[0]) {
    case "invite":
      return { invite: (value === "-" ? await standardInput(context) : value).trim() };
    case "server":
      return { server: { address: value, ...pin } };
    case "folder":
      return { folder: (await context.app()).absolutePath(value) };
  }
  const user = args.text("rest-user");
  const password = user !== undefined || args.has(PASSWORD_FILE.name)
    ? await newPassword(args, context, PASSWORD_FILE.name, "REST server's user")
    : undefined;
  return {
    rest: {
      url: value,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...pin,
    },
  };
}

/** Changes a destination. */
export const destinationChangeCommand = serviceCommand({
  name: "destination change",
  summary: "change a destination",
  usage: ["[OPTION]… NAME"],
  text: "Changes what is given and leaves the rest.",
  options: [
    { name: "name", value: "NAME", help: "Give it another name" },
    { name: "ask-password", help: "Ask for a new password of the REST server" },
    PASSWORD_FILE,
    FINGERPRINT,
    BANDWIDTH,
  ],
  operands: [1, 1, "the destination"],
  async act(service, args, context) {
    const name = args.text("name"),
      fingerprint = args.text("server-fingerprint"),
      bandwidth = args.size("bandwidth");
    const withPassword = args.flag("ask-password") || args.has(PASSWORD_FILE.name);
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(bandwidth === undefined ? {} : { uploadBytesPerSecond: bandwidth }),
      ...(withPassword
        ? { password: await newPassword(args, context, PASSWORD_FILE.name, "REST server's user") }
        : {}),
    };
    if (Object.keys(changes).length === 0) {
      throw args.mistake("Cannot change the destination: nothing says what to change");
    }
    const id = await service.destinationId(args.operands[0]!);
    const document = `mutation($input: UpdateDestinationInput!) { updateDestination(input: $input) ` +
      `{ destination { ${FIELDS} } } }`;
    const { updateDestination } = await service.ask<{ updateDestination: { destination: DestinationNode } }>(
      document,
      {
        input: { id, ...changes },
      },
    );
    const { destination } = updateDestination;
    sayDone(context, `The destination ${shownText(destination.name)} is changed`, {
      message_type: "destination",
      ...destination,
    });
  },
});

/** Removes a destination. */
export const destinationRemoveCommand = serviceCommand({
  name: "destination remove",
  summary: "forget a destination that no set uses",
  usage: ["[OPTION]… NAME"],
  text: "Forgets a destination that no set uses. What is stored there stays.",
  options: [],
  operands: [1, 1, "the destination"],
  async act(service, args, context) {
    const id = await service.destinationId(args.operands[0]!);
    await service.ask("mutation($id: ID!) { deleteDestination(id: $id) { done } }", { id });
    sayDone(context, `The destination ${shownText(args.operands[0]!)} is forgotten`, {
      message_type: "removed",
      id,
    });
  },
});

/** Tries a destination. */
export const destinationTestCommand = serviceCommand({
  name: "destination test",
  summary: "try to reach a destination",
  usage: ["[OPTION]… NAME"],
  text: "Tries to reach a destination and says what came of it; the status is 1 when it cannot be reached.",
  options: [],
  operands: [1, 1, "the destination"],
  async act(service, args, { output }) {
    const id = await service.destinationId(args.operands[0]!);
    const document = "mutation($id: ID!) { testDestination(id: $id) { reachable code message } }";
    interface Answer {
      readonly testDestination: {
        readonly reachable: boolean;
        readonly code: string | null;
        readonly message: string | null;
      };
    }
    const { testDestination } = await service.ask<Answer>(document, { id });
    const { reachable, code, message } = testDestination;
    if (output.mode.json) output.object({ message_type: "destination_test", id, ...testDestination });
    else if (reachable) output.info(`The destination ${shownText(args.operands[0]!)} can be reached`);
    else {output.warn(
        `${shownText(message ?? "It cannot be reached")}${code === null ? "" : ` [${shownText(code)}]`}`,
      );}
    return reachable ? 0 : 1;
  },
});
