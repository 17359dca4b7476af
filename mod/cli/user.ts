// Copyright the SpareGrid authors. Apache-2.0.
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { newPassword } from "./new_password.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { nameOf, when, word } from "./shown_values.ts";

const FIELDS = "id name role enabled createdAt passwordChangedAt secondFactorSince";
const ROLES = ["administrator", "operator", "viewer"] as const;
const ROLE_HELP = "administrator (all), operator (runs and restores) or viewer (sees)";
const PASSWORD_OPTION = {
  name: "user-password-file",
  value: "FILE",
  help: "Read the password from a file instead of asking",
};

interface UserNode {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly passwordChangedAt: string;
  readonly secondFactorSince: string | null;
}

/** Lists the users. */
export const userListCommand = serviceCommand({
  name: "user list",
  summary: "list who may sign in",
  usage: ["[OPTION]…"],
  text: "Lists the users of the service by name.",
  options: [LIMIT_OPTION],
  async act(service, args, context) {
    await printListing<UserNode>(
      {
        field: "users",
        fields: FIELDS,
        noun: "user",
        columns: [{ title: "Name" }, { title: "Role" }, { title: "Made" }, { title: "Password of" }, {
          title: "Second factor of",
        }, {
          title: "",
        }],
        row: (user) => [
          shownText(user.name),
          word(user.role),
          when(user.createdAt),
          when(user.passwordChangedAt),
          user.secondFactorSince === null ? "none" : when(user.secondFactorSince),
          user.enabled ? "" : "may not sign in",
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Adds a user. */
export const userAddCommand = serviceCommand({
  name: "user add",
  summary: "add a user",
  usage: ["[OPTION]… NAME"],
  text:
    "Adds a user who may sign in. The password, of at least 12 characters, is asked for or read from a file.",
  examples: ["sparegrid user add ann --role operator"],
  options: [{ name: "role", value: "ROLE", help: `${ROLE_HELP}; default viewer` }, PASSWORD_OPTION],
  operands: [1, 1, "the user's name"],
  async act(service, args, context) {
    const role = nameOf(args.choice("role", ROLES) ?? "viewer");
    const password = await newPassword(args, context, PASSWORD_OPTION.name, "user");
    const input = { name: args.operands[0]!, role, password };
    const document =
      `mutation($input: CreateUserInput!) { createUser(input: $input) { user { ${FIELDS} } } }`;
    const { createUser } = await service.ask<{ createUser: { user: UserNode } }>(document, { input });
    sayUser(createUser.user, "is added", context);
  },
});

/** Changes a user. */
export const userChangeCommand = serviceCommand({
  name: "user change",
  summary: "change a user's role or password, or keep the user out",
  usage: ["[OPTION]… NAME"],
  text: "Changes what is given and leaves the rest. The last administrator cannot be taken away.",
  options: [
    { name: "role", value: "ROLE", help: ROLE_HELP },
    { name: "enabled", help: "The user may sign in; --enabled=false: not any more" },
    { name: "ask-password", help: "Ask for a new password" },
    PASSWORD_OPTION,
    {
      name: "remove-second-factor",
      help: "Signing in takes the password alone again, for who lost the device and the recovery codes",
    },
  ],
  operands: [1, 1, "the user's name"],
  async act(service, args, context) {
    const role = args.choice("role", ROLES);
    const withPassword = args.flag("ask-password") || args.has(PASSWORD_OPTION.name);
    const withoutFactor = args.flag("remove-second-factor");
    if (role === undefined && !withPassword && !args.has("enabled") && !withoutFactor) {
      throw args.mistake("Cannot change the user: nothing says what to change");
    }
    const id = await service.userId(args.operands[0]!);
    if (withoutFactor) {
      await service.ask("mutation($id: ID) { removeSecondFactor(user: $id) { done } }", { id });
    }
    const input = {
      id,
      ...(role === undefined ? {} : { role: nameOf(role) }),
      ...(args.has("enabled") ? { enabled: args.flag("enabled") } : {}),
      ...(withPassword ? { password: await newPassword(args, context, PASSWORD_OPTION.name, "user") } : {}),
    };
    const document =
      `mutation($input: UpdateUserInput!) { updateUser(input: $input) { user { ${FIELDS} } } }`;
    const { updateUser } = await service.ask<{ updateUser: { user: UserNode } }>(document, { input });
    sayUser(updateUser.user, "is changed", context);
  },
});

/** Removes a user. */
export const userRemoveCommand = serviceCommand({
  name: "user remove",
  summary: "remove a user",
  usage: ["[OPTION]… NAME"],
  text: "Removes a user with all sessions and tokens. The last administrator cannot be removed.",
  options: [],
  operands: [1, 1, "the user's name"],
  async act(service, args, context) {
    const id = await service.userId(args.operands[0]!);
    await service.ask("mutation($id: ID!) { deleteUser(id: $id) { done } }", { id });
    sayDone(context, `The user ${shownText(args.operands[0]!)} is removed`, { message_type: "removed", id });
  },
});

function sayUser(user: UserNode, sentence: string, context: Parameters<typeof sayDone>[0]): void {
  sayDone(context, `The user ${shownText(user.name)} (${word(user.role)}) ${sentence}`, {
    message_type: "user",
    ...user,
  });
}
