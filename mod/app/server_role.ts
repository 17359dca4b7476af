// Copyright the SpareGrid authors. Apache-2.0.
import { type AccountRoom, type Approval, PortAccounts, RequestIdentity } from "../account/mod.ts";
import type { OnChange, ServerNeeds } from "../api/mod.ts";
import type { Audit } from "../audit/mod.ts";
import type { Clock, Random } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import type { HttpHandler } from "../http/mod.ts";
import { type FileSystem, hostName } from "../platform/mod.ts";
import { backupPort, type RepositoryFacts, Stores } from "../server/mod.ts";
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
  const usage = new UsageNews();
  const port = backupPort({
    ...{ stores, accounts: portAccounts, log },
    allowBasicPlain: () => settings.get("allow-basic-plain"),
  });
  return {
    stores,
    handler: (request, response, call) => {
      if (request.method === "POST" || request.method === "DELETE") {
        const account = (request.url ?? "").split("/")[1] ?? "";
        response.once("close", () => usage.tell(account));
      }
      return port(request, response, call);
    },
    needs: serverNeeds(parts, stores, usage),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
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
    usedBytes: (account) => bytesOf(stores, account).used,
  };
}

function bytesOf(stores: Stores, account: string): { readonly used: number; readonly trash: number } {
  const { storedBytes, trashBytes } = stores.usageOf(account);
  return { used: storedBytes + trashBytes, trash: trashBytes };
}

/** The server role in the words of the API. */
function serverNeeds(parts: ServerRoleParts, stores: Stores, usage: UsageNews): ServerNeeds {
  const { installation: { settings, certificate }, room: { accounts }, ports } = parts;
  return {
    usage: (ids) => Promise.resolve(new Map(ids.map((id) => [id, bytesOf(stores, id)]))),
    async repositories(ids) {
      const found = await Promise.all(
        ids.map(async (id) => [id, (await stores.repositories(id)).map(recordOf)] as const),
      );
      return new Map(found);
    },
    storage() {
      const { folder, freeBytes, storedBytes, trashBytes, files, damagedFiles } = stores.storage();
      return Promise.resolve({
        folder,
        free: freeBytes,
        used: storedBytes + trashBytes,
        files,
        damagedFiles,
      });
    },
    async deleteStored(account, repository) {
      await accounts.get(account);
      const moved = await moveToTrash(stores, account, repository);
      // What the trash holds of it still is the account's: it stays, and nobody gets in.
      if (repository === undefined && moved.refused.length === 0) await forget(parts, stores, account);
      usage.tell(account);
      return moved;
    },
    async undelete({ account, repository, since }) {
      const { files, bytes } = await stores.undelete({ account, repository }, since);
      usage.tell(account);
      return { files, bytes };
    },
    onUsage: (callback) => usage.add(callback),
    inviteFacts(address) {
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
    },
  };
}

async function moveToTrash(
  stores: Stores,
  account: string,
  repository: string | undefined,
): ReturnType<ServerNeeds["deleteStored"]> {
  const names = repository === undefined
    ? (await stores.repositories(account)).filter(({ files }) => files > 0).map((facts) => facts.repository)
    : [repository];
  let movedFiles = 0, movedBytes = 0;
  const refused: { repository: string; code: string; message: string }[] = [];
  for (const name of names) {
    try {
      const { files, bytes } = await stores.removeRepository({ account, repository: name });
      movedFiles += files;
      movedBytes += bytes;
    } catch (error) {
      if (!isSgError(error)) throw error;
      refused.push({ repository: name, code: error.code, message: error.message });
    }
  }
  return { movedFiles, movedBytes, refused };
}

/** Removes an account of which nothing is left; else keeps it out until the trash has let go of what it holds. */
async function forget(
  { room: { accounts } }: ServerRoleParts,
  stores: Stores,
  account: string,
): Promise<void> {
  if ((await stores.repositories(account)).length === 0) await accounts.remove(account);
  else await accounts.setActive(account, false);
}

function recordOf(
  { repository, files, bytes, trashFiles, trashBytes, createdAt, verifiedAt, damaged }: RepositoryFacts,
) {
  return { name: repository, files, bytes, trashFiles, trashBytes, createdAt, verifiedAt, damaged };
}

/** Tells who listens that an account's usage may have changed. */
class UsageNews {
  readonly #listeners = new Set<OnChange>();

  tell(account: string): void {
    for (const listener of this.#listeners) listener(account, false);
  }

  add(listener: OnChange): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
