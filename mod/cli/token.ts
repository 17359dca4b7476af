// Copyright the SpareGrid authors. Apache-2.0.
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { apiDuration, nameOf, when, word } from "./shown_values.ts";

const FIELDS = "id name user { id name } scopes createdAt expiresAt usedAt";
const SCOPES = ["read", "operate", "restore", "administer"] as const;

interface TokenNode {
  readonly id: string;
  readonly name: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly usedAt: string | null;
}

/** Lists the tokens. */
export const tokenListCommand = serviceCommand({
  name: "token list",
  summary: "list the API tokens",
  usage: ["[OPTION]…"],
  text: "Lists one's own API tokens, or for administrators all; their texts are not kept.",
  options: [LIMIT_OPTION],
  async act(service, args, context) {
    await printListing<TokenNode>(
      {
        field: "tokens",
        fields: FIELDS,
        noun: "token",
        columns: [
          { title: "Name" },
          { title: "User" },
          { title: "Scopes" },
          { title: "Made" },
          { title: "Until" },
          { title: "Last used" },
        ],
        row: (token) => [
          shownText(token.name),
          shownText(token.user.name),
          token.scopes.map(word).join(", "),
          when(token.createdAt),
          when(token.expiresAt) || "for ever",
          when(token.usedAt) || "never",
        ],
      },
      service,
      context,
      args,
    );
  },
});

/** Makes a token. */
export const tokenCreateCommand = serviceCommand({
  name: "token create",
  summary: "make an API token",
  usage: ["[OPTION]… NAME"],
  text:
    "Makes an API token for programs and prints it, this once. It may do what its scopes say, and never more than its user.",
  examples: ["sparegrid token create monitoring --scope read --expires-in 90d"],
  options: [
    {
      name: "scope",
      value: "SCOPE",
      repeat: true,
      help: "read (default), operate, restore or administer (repeatable)",
    },
    { name: "expires-in", value: "TIME", help: "How long it is good; left out: for ever" },
  ],
  operands: [1, 1, "the token's name"],
  async act(service, args, { output }) {
    const scopes = args.list("scope").map((text) => {
      if ((SCOPES as readonly string[]).includes(text)) return nameOf(text);
      throw args.mistake(`Cannot use --scope ${shownText(text)}: it must be one of ${SCOPES.join(", ")}`);
    });
    const time = args.text("expires-in");
    const expiresIn = time === undefined ? undefined : apiDuration(time);
    if (time !== undefined && expiresIn === undefined) {
      throw args.mistake(
        `Cannot use --expires-in ${shownText(time)}: it must be a length of time such as 90d`,
      );
    }
    const input = {
      name: args.operands[0]!,
      scopes: scopes.length === 0 ? ["READ"] : scopes,
      ...(expiresIn === undefined ? {} : { expiresIn }),
    };
    const document =
      `mutation($input: CreateTokenInput!) { createToken(input: $input) { token { ${FIELDS} } secret } }`;
    interface Answer {
      readonly createToken: { readonly token: TokenNode; readonly secret: string };
    }
    const { token, secret } = (await service.ask<Answer>(document, { input })).createToken;
    if (output.mode.json) return output.object({ message_type: "token", ...token, secret });
    output.result(shownText(secret));
    output.note(`The token ${shownText(token.name)}; it is not shown again`);
  },
});

/** Revokes a token. */
export const tokenRevokeCommand = serviceCommand({
  name: "token revoke",
  summary: "end an API token",
  usage: ["[OPTION]… NAME"],
  text: "Ends an API token at once. NAME may be its ID.",
  options: [],
  operands: [1, 1, "the token"],
  async act(service, args, context) {
    const id = await service.tokenId(args.operands[0]!);
    await service.ask("mutation($id: ID!) { revokeToken(id: $id) { done } }", { id });
    sayDone(context, `The token ${shownText(args.operands[0]!)} is revoked`, { message_type: "revoked", id });
  },
});
