// Copyright the SpareGrid authors. Apache-2.0.
import { type AccountRoom, type Approval, PortAccounts, RequestIdentity } from "../account/mod.ts";
import type { ServerNeeds } from "../api/mod.ts";
import type { Audit } from "../audit/mod.ts";
import type { Clock, Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { HttpHandler } from "../http/mod.ts";
import { type FileSystem, hostName } from "../platform/mod.ts";
import { backupPort, ScrubRuns, Stores } from "../server/mod.ts";
import type { Installation } from "./installation.ts";

/** What the server role stands on. */
export interface ServerRoleParts {
  readonly installation: Installation;
  readonly room: AccountRoom;
  readonly audit: Audit;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** The backup ports that are open, by number; undefined where one is not. */
  readonly ports: () => { readonly tls: number | undefined; readonly plain: number | undefined };
}

/** The server role: what the backup ports lead to, and what the API wants of it. */
export interface ServerRole extends AsyncDisposable {
  readonly stores: Stores;
  readonly handler: HttpHandler;
  readonly needs: ServerNeeds;
}

/** Opens the stores and begins their upkeep. SG0021 where their folder cannot be used. */
export async function openServerRole(parts: ServerRoleParts): Promise<ServerRole> {
  const { installation, room, audit, fs, clock, random } = parts;
  const { settings, folder, catalog, log } = installation;
  const { accounts, invites } = room;
  const open: { stores?: Stores } = {};
  const identity = new RequestIdentity({
    ...{ accounts, clock, random },
    onRefused: ({ account, address, code }) => {
      const facts = { actor: `account:${account}`, address, action: "backupPort", subject: account };
      void audit.record({ ...facts, details: {}, result: code }).catch((error) => {
        log.write("error", "a refused sender could not be written to the audit log", {
          reason: String(error),
        });
      });
    },
  });
  const approval = () => approvalOf(installation, open.stores!);
  const portAccounts = new PortAccounts({ accounts, invites, identity, approval });
  const stores = await Stores.open({
    ...{ fs, catalog, accounts: portAccounts, clock, random, log },
    folder: settings.get("store") || folder.path,
    reservedBytes: () => settings.get("reserved-space"),
    bytesPerSecond: () => settings.get("server-bandwidth"),
  });
  open.stores = stores;
  const { temporaries, added, missing, trashed } = stores.recovery;
  if (temporaries + added + missing + trashed > 0) {
    log.write("warning", "the store was found otherwise than the catalog had it", {
      ...{ temporaries, added, missing, trashed },
    });
  }
  const stop = new AbortController();
  const upkeep = stores.upkeep(stop.signal);
  const bytesPerSecond = () => settings.get("scrub-bandwidth");
  const scrubs = await ScrubRuns.open({ stores, catalog, clock, log, bytesPerSecond });
  const scrubbing = scrubs.upkeep(stop.signal);
  return {
    stores,
    handler: backupPort({
      ...{ stores, accounts: portAccounts, log },
      allowBasicPlain: () => settings.get("allow-basic-plain"),
    }),
    needs: { stores, scrubs, inviteFacts: (address) => inviteFacts(parts, address) },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await scrubbing;
      await scrubs[Symbol.asyncDispose]();
      await upkeep;
      await stores[Symbol.asyncDispose]();
    },
  };
}

/** What this server does with clients that ask for an account, by its settings of now. */
function approvalOf({ settings }: Installation, stores: Stores): Approval {
  if (!settings.get("automatic-approval")) return { kind: "manual" };
  const { freeBytes, storedBytes, trashBytes } = stores.storage();
  const free = Math.max(0, freeBytes - settings.get("reserved-space"));
  return {
    kind: "automatic",
    totalBytes: settings.get("shared-space") || free + storedBytes + trashBytes,
    usedBytes: (account) => {
      const { storedBytes, trashBytes } = stores.usageOf(account);
      return storedBytes + trashBytes;
    },
  };
}

/** What an invitation tells of this server. SG1040 while no client could use it. */
function inviteFacts(
  { installation: { settings, certificate }, ports }: ServerRoleParts,
  address: string | undefined,
): ReturnType<ServerNeeds["inviteFacts"]> {
  const { tls, plain } = ports();
  if (tls === undefined) {
    throw new SgError("SG1040", "Cannot make an invitation: the backup port over TLS is switched off", {
      remedy: "Set backup-tls-port, and start the service again.",
    });
  }
  return Promise.resolve({
    address: address ?? settings.get("host-names")[0] ?? hostName(),
    ...{ tlsPort: tls, plainPort: plain ?? 0, fingerprint: certificate.fingerprint },
  });
}
