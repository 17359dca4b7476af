// Copyright the SpareGrid authors. Apache-2.0.
import { openAccountRoom, PortAccounts, RequestIdentity } from "../../mod/account/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../mod/base/mod.ts";
import { type Catalog, openCatalog } from "../../mod/catalog/mod.ts";
import { type Deadlines, HttpServer } from "../../mod/http/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { backupPort, Stores } from "../../mod/server/mod.ts";
import { QUICK } from "./account_stage.ts";
import type { TestCertificate } from "./certificate.ts";

/** A backup port over a data folder, by the machine's own clock, as a process of its own has it. */
export interface OpenServer extends AsyncDisposable {
  readonly port: number;
  readonly stores: Stores;
  readonly catalog: Catalog;
  /** Makes an active account; answers its secret. */
  addAccount(id: string, quotaBytes: number): Promise<string>;
}

/** Opens it, with TLS where there is a certificate; the stores lie in `folder`, too. */
export async function openServer(
  folder: string,
  tls?: TestCertificate,
  deadlines: Partial<Deadlines> = {},
): Promise<OpenServer> {
  const fs = openFileSystem();
  const base = { fs, clock: systemClock, random: systemRandom, folder, passwordCost: QUICK };
  const catalog = await openCatalog(base);
  const room = await openAccountRoom({ ...base, catalog });
  const accounts = new PortAccounts({
    ...room,
    identity: new RequestIdentity({ ...base, accounts: room.accounts }),
    approval: () => ({ kind: "manual" }),
  });
  const stores = await Stores.open({
    ...{ folder, fs, catalog, accounts, clock: systemClock, random: systemRandom, log: silentLog },
    ...{ reservedBytes: () => 0, bytesPerSecond: () => 0 },
  });
  const server = HttpServer.listen(
    {
      ...{ hostname: "127.0.0.1", port: 0, clock: systemClock, log: silentLog, deadlines },
      ...(tls ? { tls: { certificate: tls.cert, key: tls.key } } : {}),
    },
    backupPort({ stores, accounts, log: silentLog, allowBasicPlain: () => false }),
  );
  return {
    ...{ port: server.address.port, stores, catalog },
    addAccount: async (id, quotaBytes) => {
      const { secret } = await room.accounts.request({ id, address: "::1", approval: { kind: "manual" } });
      await room.accounts.approve(id, quotaBytes);
      return secret;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close(5_000);
      await stores[Symbol.asyncDispose]();
      await catalog[Symbol.asyncDispose]();
    },
  };
}
