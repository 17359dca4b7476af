// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { LIMIT_OPTION, printListing } from "./listing.ts";
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { when } from "./shown_values.ts";
import { counted, machineTime } from "./units.ts";

interface AuditNode {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly result: string;
}

/** Lists the audit log. */
export const auditListCommand = serviceCommand({
  name: "audit list",
  summary: "list who did what, the latest first",
  usage: ["[OPTION]…"],
  text: "Lists the lines of the audit log, the latest first. All conditions must hold.",
  examples: ["sparegrid audit list --actor user:ann --since 2026-01-31"],
  options: [
    { name: "actor", value: "WHO", help: "Only lines of this actor, such as user:ann or account:laptop" },
    { name: "action", value: "ACTION", help: "Only lines of this action" },
    { name: "since", value: "TIME", help: "Only lines of then or later" },
    { name: "until", value: "TIME", help: "Only lines before" },
    LIMIT_OPTION,
  ],
  async act(service, args, context) {
    const actor = args.text("actor"), action = args.text("action");
    const since = args.time("since"), until = args.time("until");
    const filter = {
      ...(actor === undefined ? {} : { actor }),
      ...(action === undefined ? {} : { action }),
      ...(since === undefined ? {} : { since: machineTime(since) }),
      ...(until === undefined ? {} : { until: machineTime(until) }),
    };
    await printListing<AuditNode>(
      {
        field: "audit",
        arguments: ["$filter: AuditFilter", "filter: $filter"],
        variables: { filter },
        fields: "sequence at actor address action subject details result hash",
        noun: "line",
        counts: false,
        columns: [
          { title: "Line", align: "right" },
          { title: "Time" },
          { title: "Who" },
          { title: "From" },
          { title: "Did" },
          { title: "What" },
          { title: "Result" },
        ],
        row: (line) => [
          String(line.sequence),
          when(line.at),
          ...[line.actor, line.address, line.action, line.subject, line.result].map(shownText),
        ],
      },
      service,
      context,
      args,
    );
  },
});

interface Verdict {
  readonly lines: number;
  readonly intact: boolean;
  readonly brokenAt: number | null;
  readonly reason: string | null;
  readonly head: string;
}

/** Verifies the audit log. */
export const auditVerifyCommand = serviceCommand({
  name: "audit verify",
  summary: "prove that the audit log was not changed",
  usage: ["[OPTION]…"],
  text:
    "Reads the whole audit log and proves its chain. The hash of the last line, noted elsewhere, shows later whether lines " +
    "were cut off at the end: with --head it is looked for.",
  examples: ["sparegrid audit verify"],
  options: [{ name: "head", value: "HASH", help: "A head that was noted before: it must be in the log" }],
  async act(service, args, { output }) {
    const { verifyAudit } = await service.ask<{ verifyAudit: Verdict }>(
      "{ verifyAudit { lines intact brokenAt reason head } }",
    );
    const { lines, intact, brokenAt, reason, head } = verifyAudit;
    if (output.mode.json) output.object({ message_type: "audit_verdict", ...verifyAudit });
    if (!intact) {
      throw new SgError(
        "SG1047",
        `The audit log is broken at line ${brokenAt ?? "?"}: ${shownText(reason ?? "unknown")}`,
      );
    }
    const noted = args.text("head");
    if (noted !== undefined && !await hasHash(noted, head, service)) {
      throw new SgError(
        "SG1047",
        `The audit log does not hold the line of hash ${shownText(noted)}: it was cut off or replaced`,
      );
    }
    output.info(`${counted(lines, "line")}, all intact`);
    output.info(`Head: ${shownText(head)}`);
  },
});

/** True when a line of the log has this hash. */
async function hasHash(
  hash: string,
  head: string,
  service: { ask<T>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<T> },
): Promise<boolean> {
  if (hash === head) return true;
  interface Page {
    readonly audit: {
      readonly nodes: readonly { readonly hash: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  }
  const document =
    "query($after: String) { audit(first: 500, after: $after) { nodes { hash } pageInfo { hasNextPage endCursor } } }";
  for (let after: string | null = null;;) {
    const { audit }: Page = await service.ask(document, { after });
    if (audit.nodes.some((node) => node.hash === hash)) return true;
    if (!audit.pageInfo.hasNextPage) return false;
    after = audit.pageInfo.endCursor;
  }
}
