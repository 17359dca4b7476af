// Copyright the SpareGrid authors. Apache-2.0.
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { nameOf, size, when, word } from "./shown_values.ts";

/** The fields of an account that {@link AccountNode} holds. */
export const ACCOUNT_FIELDS =
  "id state label used trash quota appendOnly retentionLockDays uploadBytesPerSecond suspended " +
  "createdAt approvedAt seenAt seenAddress";
const STORED_FIELDS = "name files bytes trashFiles trashBytes createdAt verifiedAt damaged";

/** An account as the API answers it. */
export interface AccountNode {
  readonly id: string;
  readonly state: string;
  readonly label: string;
  readonly used: number;
  readonly trash: number;
  readonly quota: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  readonly uploadBytesPerSecond: number | null;
  readonly suspended: boolean;
  readonly createdAt: string;
  readonly approvedAt: string | null;
  readonly seenAt: string | null;
  readonly seenAddress: string | null;
}

interface StoredNode {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly trashFiles: number;
  readonly trashBytes: number;
  readonly verifiedAt: string | null;
  readonly damaged: readonly string[];
}

const STATES = ["pending", "active", "inactive"] as const;

/** Lists the accounts. */
export const accountListCommand = serviceCommand({
  name: "account list",
  summary: "list the clients of this server",
  usage: ["[OPTION]… [TEXT]"],
  text: "Lists the accounts of this server by ID; with TEXT those whose ID or label holds it.",
  examples: ["sparegrid account list --state pending"],
  options: [
    { name: "state", value: "STATE", help: "Only accounts that are pending, active or inactive" },
    LIMIT_OPTION,
  ],
  operands: [0, 1, "the text"],
  async act(service, args, context) {
    const state = args.choice("state", STATES);
    const [text] = args.operands;
    await printListing<AccountNode>(
      {
        field: "accounts",
        arguments: ["$filter: AccountFilter", "filter: $filter"],
        variables: {
          filter: {
            ...(state === undefined ? {} : { state: nameOf(state) }),
            ...(text === undefined ? {} : { text }),
          },
        },
        fields: ACCOUNT_FIELDS,
        noun: "account",
        columns: [
          { title: "Account" },
          { title: "State" },
          { title: "Label" },
          { title: "Used", align: "right" },
          { title: "Trash", align: "right" },
          { title: "Allotted", align: "right" },
          { title: "Last seen" },
        ],
        row: (account) => [
          shownText(account.id),
          word(account.state) + (account.suspended ? ", suspended" : ""),
          shownText(account.label),
          size(account.used),
          size(account.trash),
          size(account.quota, "none"),
          when(account.seenAt),
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Shows an account. */
export const accountShowCommand = serviceCommand({
  name: "account show",
  summary: "show an account with its repositories",
  usage: ["[OPTION]… ACCOUNT"],
  text: "Shows an account of this server and the repositories that it keeps here.",
  options: [],
  operands: [1, 1, "the account"],
  async act(service, args, { output }) {
    const [id] = args.operands as [string];
    const document =
      `query($id: ID!) { account(id: $id) { ${ACCOUNT_FIELDS} repositories { ${STORED_FIELDS} } } }`;
    type Shown = AccountNode & { readonly repositories: readonly StoredNode[] };
    const { account } = await service.ask<{ account: Shown | null }>(document, { id });
    if (account === null) {
      throw args.mistake(`Cannot show the account ${shownText(id)}: there is none of this ID`);
    }
    if (output.mode.json) return output.object({ message_type: "account", ...account });
    for (const line of accountLines(account)) output.result(line);
    const rows = account.repositories.map((stored) => [
      shownText(stored.name),
      String(stored.files),
      size(stored.bytes),
      size(stored.trashBytes),
      when(stored.verifiedAt) || "never",
      stored.damaged.length === 0 ? "" : `${stored.damaged.length} damaged`,
    ]);
    if (rows.length === 0) return output.result("It keeps nothing here.");
    output.table([
      { title: "Repository" },
      { title: "Files", align: "right" },
      { title: "Size", align: "right" },
      { title: "Trash", align: "right" },
      { title: "All verified since" },
      { title: "" },
    ], rows);
    for (const stored of account.repositories) {
      for (const file of stored.damaged) {
        output.warn(`${shownText(stored.name)}: damaged: ${shownText(file)}`);
      }
    }
  },
});

function accountLines(account: AccountNode): string[] {
  const { uploadBytesPerSecond: rate } = account;
  return [
    `Account:    ${shownText(account.id)}${account.label === "" ? "" : ` (${shownText(account.label)})`}`,
    `State:      ${word(account.state)}${account.suspended ? ", suspended" : ""}`,
    `Space:      ${size(account.used)} used, of these ${size(account.trash)} in the trash; ${
      size(account.quota, "nothing")
    } allotted`,
    `Rules:      ${account.appendOnly ? "append-only, " : ""}trash keeps ${account.retentionLockDays} days` +
    (rate ? `, at most ${size(rate)}/s` : ""),
    `Seen:       ${
      account.seenAt === null
        ? "never"
        : `${when(account.seenAt)} from ${shownText(account.seenAddress ?? "")}`
    }`,
    `Made:       ${when(account.createdAt)}${
      account.approvedAt === null ? "" : `, approved ${when(account.approvedAt)}`
    }`,
  ];
}

/** Says what became of an account. */
export function sayAccount(
  account: AccountNode,
  sentence: string,
  context: Parameters<typeof sayDone>[0],
): void {
  sayDone(context, `The account ${shownText(account.id)} ${sentence}`, {
    message_type: "account",
    ...account,
  });
}
