// Copyright the SpareGrid authors. Apache-2.0.
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { shortId } from "./selection.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { apiDuration, size, when } from "./shown_values.ts";

const FIELDS = "id account quota appendOnly retentionLockDays createdAt expiresAt redeemedAt redeemedBy";

interface InviteNode {
  readonly id: string;
  readonly account: string | null;
  readonly quota: number | null;
  readonly appendOnly: boolean;
  readonly retentionLockDays: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly redeemedAt: string | null;
  readonly redeemedBy: string | null;
}

/** Makes an invitation. */
export const inviteCreateCommand = serviceCommand({
  name: "invite create",
  summary: "make an invitation for a client",
  usage: ["[OPTION]… [ACCOUNT]"],
  text:
    "Makes an invitation and prints it, this once: one text with address, ports, fingerprint and a code that is good once. " +
    "The client takes it with sparegrid destination add NAME --invite TEXT. ACCOUNT is the account's ID; left out: the " +
    "client's own Grid ID.",
  examples: [
    "sparegrid invite create --quota 200G",
    "sparegrid invite create laptop --quota 50G --valid-for 2d",
  ],
  options: [
    { name: "quota", value: "SIZE", help: "Space that the account may use; left out: none yet" },
    { name: "append-only", help: "The account may remove nothing but its locks" },
    {
      name: "retention-lock-days",
      value: "N",
      help: "Days that the trash keeps what it removes; default 14",
    },
    { name: "valid-for", value: "TIME", help: "How long the invitation can be taken; default 7d" },
    {
      name: "host",
      value: "HOST",
      help: "Name or address that the client shall use; left out: this machine's name",
    },
  ],
  operands: [0, 1, "the account"],
  async act(service, args, { output }) {
    const [account] = args.operands;
    const quota = args.size("quota"), days = args.count("retention-lock-days"), host = args.text("host");
    const time = args.text("valid-for");
    const validFor = time === undefined ? undefined : apiDuration(time);
    if (time !== undefined && validFor === undefined) {
      throw args.mistake(`Cannot use --valid-for ${shownText(time)}: it must be a length of time such as 2d`);
    }
    const input = {
      ...(account === undefined ? {} : { account }),
      ...(quota === undefined ? {} : { quota }),
      appendOnly: args.flag("append-only"),
      ...(days === undefined ? {} : { retentionLockDays: days }),
      ...(validFor === undefined ? {} : { validFor }),
      ...(host === undefined ? {} : { address: host }),
    };
    const document =
      `mutation($input: CreateInviteInput!) { createInvite(input: $input) { invite { ${FIELDS} } text } }`;
    interface Answer {
      readonly createInvite: { readonly invite: InviteNode; readonly text: string };
    }
    const { createInvite } = await service.ask<Answer>(document, { input });
    const { invite, text } = createInvite;
    if (output.mode.json) return output.object({ message_type: "invite", ...invite, text });
    output.result(shownText(text));
    output.note(`Good once, until ${when(invite.expiresAt)}; it is not shown again`);
  },
});

/** Lists the invitations. */
export const inviteListCommand = serviceCommand({
  name: "invite list",
  summary: "list the invitations",
  usage: ["[OPTION]…"],
  text: "Lists the invitations, the latest first; their texts are not kept.",
  options: [LIMIT_OPTION],
  async act(service, args, context) {
    await printListing<InviteNode>(
      {
        field: "invites",
        fields: FIELDS,
        noun: "invite",
        columns: [
          { title: "ID" },
          { title: "Account" },
          { title: "Allotted", align: "right" },
          { title: "Made" },
          { title: "Until" },
          { title: "Taken" },
        ],
        row: (invite) => [
          shortId(invite.id),
          shownText(invite.account ?? ""),
          size(invite.quota, "none"),
          when(invite.createdAt),
          when(invite.expiresAt),
          invite.redeemedAt === null
            ? ""
            : `${when(invite.redeemedAt)} by ${shownText(invite.redeemedBy ?? "")}`,
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Takes an invitation back. */
export const inviteRevokeCommand = serviceCommand({
  name: "invite revoke",
  summary: "take an invitation back",
  usage: ["[OPTION]… ID"],
  text: "Takes an invitation back, so that nobody can use it. An account that was made with it stays.",
  options: [],
  operands: [1, 1, "the invitation's ID"],
  async act(service, args, context) {
    const id = await service.inviteId(args.operands[0]!);
    await service.ask("mutation($id: ID!) { revokeInvite(id: $id) { done } }", { id });
    sayDone(context, "The invitation is revoked", { message_type: "revoked", id });
  },
});
