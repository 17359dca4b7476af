// Copyright the SpareGrid authors. Apache-2.0.
import { isSgError } from "../errors/mod.ts";
import type { Service } from "./service.ts";
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { RUN_FIELDS, type RunNode, runTable } from "./run_shown.ts";
import { size, when, word } from "./shown_values.ts";
import { counted } from "./units.ts";

const DOCUMENT = `{
  installation { gridId version roles startedAt fingerprint ports notices }
  runs(first: 100, filter: { states: [QUEUED, WAITING, RUNNING, SUSPENDED] }) { nodes { ${RUN_FIELDS} } totalCount }
}`;
const CLIENT = "{ sets(first: 1) { totalCount } destinations(first: 1) { totalCount } }";
const SERVER = `{
  accounts(first: 1) { totalCount }
  pending: accounts(first: 1, filter: { state: PENDING }) { totalCount }
  storage { folder free used allotted files damagedFiles }
}`;

interface Count {
  readonly totalCount: number;
}

interface Status {
  readonly installation: {
    readonly gridId: string;
    readonly version: string;
    readonly roles: readonly string[];
    readonly startedAt: string;
    readonly fingerprint: string;
    readonly ports: Readonly<Record<string, number>>;
    readonly notices: readonly string[];
  };
  readonly runs: Count & { readonly nodes: readonly RunNode[] };
}

interface ServerStatus {
  readonly accounts: Count;
  readonly pending: Count;
  readonly storage: {
    readonly folder: string;
    readonly free: number;
    readonly used: number;
    readonly allotted: number;
    readonly files: number;
    readonly damagedFiles: number;
  };
}

/** Shows how the service is. */
export const statusCommand = serviceCommand({
  name: "status",
  summary: "show how the service is and what it does",
  usage: ["[OPTION]…"],
  text:
    "Shows who the service is, what needs attention, how much there is of everything, and the runs under way.",
  options: [],
  async act(service, _args, { output }) {
    const { installation, runs } = await service.ask<Status>(DOCUMENT);
    const { roles } = installation;
    const client = roles.includes("CLIENT")
      ? await service.ask<{ sets: Count; destinations: Count }>(CLIENT)
      : undefined;
    const server = roles.includes("SERVER") ? await serverStatus(service) : undefined;
    if (output.mode.json) {
      output.object({ message_type: "status", installation, ...client, ...server, runs: runs.nodes });
      return;
    }
    output.result(
      `${shownText(installation.gridId)}: ${roles.map(word).join(" and ")}, version ${
        shownText(installation.version)
      }, ` +
        `since ${when(installation.startedAt)}`,
    );
    output.result(`Address:      ${service.address}`);
    output.result(`Fingerprint:  ${shownText(installation.fingerprint)}`);
    if (client !== undefined) {
      output.result(
        `Backups:      ${counted(client.sets.totalCount, "set")}, ${
          counted(client.destinations.totalCount, "destination")
        }`,
      );
    }
    if (server !== undefined) sayServer(server, (line) => output.result(line));
    for (const notice of installation.notices) output.warn(notice);
    output.result("");
    if (runs.nodes.length > 0) output.table(...runTable(runs.nodes));
    output.info(`${counted(runs.totalCount, "run")} under way`);
  },
});

/** Undefined where the role is there, but not yet its parts. */
async function serverStatus(service: Service): Promise<ServerStatus | undefined> {
  try {
    return await service.ask<ServerStatus>(SERVER);
  } catch (error) {
    if (isSgError(error, "SG1036")) return undefined;
    throw error;
  }
}

function sayServer({ accounts, pending, storage }: ServerStatus, say: (line: string) => void): void {
  const waiting = pending.totalCount > 0 ? `, ${pending.totalCount} waiting for approval` : "";
  say(`Accounts:     ${counted(accounts.totalCount, "account")}${waiting}`);
  const damaged = storage.damagedFiles > 0 ? `, ${counted(storage.damagedFiles, "damaged file")}` : "";
  say(
    `Store:        ${size(storage.used)} in ${counted(storage.files, "file")}, ${
      size(storage.allotted)
    } allotted, ` +
      `${size(storage.free)} free${damaged}`,
  );
}
