// Copyright the SpareGrid authors. Apache-2.0.
import { ACCOUNT_FIELDS, type AccountNode, sayAccount } from "./account.ts";
import { sayDone, serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { size } from "./shown_values.ts";
import { counted, machineTime } from "./units.ts";

/** Lets an account in. */
export const accountApproveCommand = serviceCommand({
  name: "account approve",
  summary: "let a client in that waits, with an allotment",
  usage: ["[OPTION]… ACCOUNT --quota SIZE"],
  text: "Approves an account that waits, and allots space to it.",
  examples: ["sparegrid account approve laptop --quota 200G"],
  options: [{ name: "quota", value: "SIZE", help: "Space that it may use, such as 200G" }],
  operands: [1, 1, "the account"],
  async act(service, args, context) {
    const quota = args.size("quota");
    if (quota === undefined) throw args.mistake("Cannot approve the account: --quota is missing");
    const document =
      `mutation($input: ApproveAccountInput!) { approveAccount(input: $input) { account { ${ACCOUNT_FIELDS} } } }`;
    const input = { id: args.operands[0]!, quota };
    const { approveAccount } = await service.ask<{ approveAccount: { account: AccountNode } }>(document, {
      input,
    });
    sayAccount(approveAccount.account, `is approved with ${size(quota)}`, context);
  },
});

/** Changes an account. */
export const accountChangeCommand = serviceCommand({
  name: "account change",
  summary: "change an account's allotment and rules",
  usage: ["[OPTION]… ACCOUNT"],
  text:
    "Changes what is given and leaves the rest. Less space than is used stops new uploads, and removes nothing.",
  options: [
    { name: "label", value: "TEXT", help: "A note for people" },
    { name: "quota", value: "SIZE", help: "Space that it may use, trash included" },
    { name: "append-only", help: "It may remove nothing but its locks; --append-only=false: it may" },
    { name: "retention-lock-days", value: "N", help: "Days that the trash keeps what it removes" },
    { name: "bandwidth", value: "SIZE", help: "Bytes per second that it may send; 0: no limit" },
  ],
  operands: [1, 1, "the account"],
  async act(service, args, context) {
    const label = args.text("label"), quota = args.size("quota"), bandwidth = args.size("bandwidth");
    const days = args.count("retention-lock-days");
    const changes = {
      ...(label === undefined ? {} : { label }),
      ...(quota === undefined ? {} : { quota }),
      ...(args.has("append-only") ? { appendOnly: args.flag("append-only") } : {}),
      ...(days === undefined ? {} : { retentionLockDays: days }),
      ...(bandwidth === undefined ? {} : { uploadBytesPerSecond: bandwidth }),
    };
    if (Object.keys(changes).length === 0) {
      throw args.mistake("Cannot change the account: nothing says what to change");
    }
    const document =
      `mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { account { ${ACCOUNT_FIELDS} } } }`;
    const input = { id: args.operands[0]!, ...changes };
    const { updateAccount } = await service.ask<{ updateAccount: { account: AccountNode } }>(document, {
      input,
    });
    sayAccount(updateAccount.account, "is changed", context);
  },
});

const turn = (
  [name, field, flag, value]: readonly [name: string, field: string, flag: string, value: boolean],
  summary: string,
  text: string,
  done: string,
) =>
  serviceCommand({
    name: `account ${name}`,
    summary,
    usage: ["[OPTION]… ACCOUNT"],
    text,
    options: [],
    operands: [1, 1, "the account"],
    async act(service, args, context) {
      const document =
        `mutation($id: ID!) { ${field}(id: $id, ${flag}: ${value}) { account { ${ACCOUNT_FIELDS} } } }`;
      const answer = await service.ask<Record<string, { account: AccountNode }>>(document, {
        id: args.operands[0]!,
      });
      sayAccount(answer[field]!.account, done, context);
    },
  });

/** Lets an account in again. */
export const accountActivateCommand = turn(
  ["activate", "setAccountActive", "active", true],
  "let an account in again",
  "Lets an account in again that was kept out.",
  "is active",
);

/** Keeps an account out. */
export const accountDeactivateCommand = turn(
  ["deactivate", "setAccountActive", "active", false],
  "keep an account out",
  "Keeps an account out: its runs end with SG1042. What it stored is kept.",
  "is inactive",
);

/** Suspends an account. */
export const accountSuspendCommand = turn(
  ["suspend", "suspendAccount", "suspended", true],
  "suspend all that an account does here",
  "Suspends what an account does at this server: its runs see SG0191 and wait.",
  "is suspended",
);

/** Resumes an account. */
export const accountResumeCommand = turn(
  ["resume", "suspendAccount", "suspended", false],
  "let a suspended account go on",
  "Lets a suspended account go on.",
  "goes on",
);

/** Gives a new secret. */
export const accountResetSecretCommand = serviceCommand({
  name: "account reset-secret",
  summary: "give an account a new secret",
  usage: ["[OPTION]… ACCOUNT"],
  text: "Gives an account a new secret and prints it, this once. The old one stops working at once.",
  options: [],
  operands: [1, 1, "the account"],
  async act(service, args, { output }) {
    const document =
      `mutation($id: ID!) { resetAccountSecret(id: $id) { account { ${ACCOUNT_FIELDS} } secret } }`;
    interface Answer {
      readonly resetAccountSecret: { readonly account: AccountNode; readonly secret: string };
    }
    const { resetAccountSecret } = await service.ask<Answer>(document, { id: args.operands[0]! });
    const { account, secret } = resetAccountSecret;
    if (output.mode.json) return output.object({ message_type: "account_secret", account, secret });
    output.result(shownText(secret));
    output.note(`The new secret of ${shownText(account.id)}; it is not shown again`);
  },
});

interface Deleted {
  readonly movedFiles: number;
  readonly movedBytes: number;
  readonly refused: readonly {
    readonly repository: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Moves to the trash. */
export const accountRemoveCommand = serviceCommand({
  name: "account remove",
  summary: "move an account, or one of its repositories, to the trash",
  usage: ["[OPTION]… ACCOUNT [REPOSITORY]"],
  text:
    "Moves an account with all that it stores to the trash, or only one of its repositories. The trash keeps it until the " +
    "account's retention lock ends. What cannot be removed now is named, and the status is 3.",
  options: [],
  exits: [[3, "something was refused"]],
  operands: [1, 2, "the account"],
  async act(service, args, { output }) {
    const [account, repository] = args.operands as [string, string?];
    const document =
      "mutation($input: DeleteStoredInput!) { deleteStored(input: $input) { movedFiles movedBytes " +
      "refused { repository code message } } }";
    const input = { account, ...(repository === undefined ? {} : { repository }) };
    const { deleteStored } = await service.ask<{ deleteStored: Deleted }>(document, { input });
    if (output.mode.json) output.object({ message_type: "removed", ...deleteStored });
    for (const { repository, code, message } of deleteStored.refused) {
      output.warn(`${shownText(repository)}: ${shownText(message)} [${shownText(code)}]`);
    }
    output.info(
      `Moved ${counted(deleteStored.movedFiles, "file")}, ${size(deleteStored.movedBytes)}, to the trash`,
    );
    return deleteStored.refused.length > 0 ? 3 : 0;
  },
});

/** Brings back from the trash. */
export const accountUndeleteCommand = serviceCommand({
  name: "account undelete",
  summary: "bring what a client removed back from the trash",
  usage: ["[OPTION]… ACCOUNT REPOSITORY"],
  text: "Brings files of a repository back that the client removed, as long as the trash keeps them.",
  examples: ["sparegrid account undelete laptop documents --since '2026-01-31 12:00'"],
  options: [{ name: "since", value: "TIME", help: "Only what was removed then or later" }],
  operands: [2, 2, "the account and the repository"],
  async act(service, args, context) {
    const [account, repository] = args.operands as [string, string];
    const since = args.time("since");
    const input = { account, repository, ...(since === undefined ? {} : { since: machineTime(since) }) };
    const document = "mutation($input: UndeleteInput!) { undelete(input: $input) { files bytes } }";
    const { undelete } = await service.ask<{ undelete: { files: number; bytes: number } }>(document, {
      input,
    });
    const { files, bytes } = undelete;
    sayDone(context, `Brought back ${counted(files, "file")}, ${size(bytes)}`, {
      message_type: "undeleted",
      files,
      bytes,
    });
  },
});
