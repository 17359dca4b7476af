// Copyright the SpareGrid authors. Apache-2.0.
// The client role in one process: a real catalog, real repositories in a folder that goes away.
import { type Clock, concatBytes, systemClock, systemRandom, utf8, utf8Text } from "../../mod/base/mod.ts";
import { type Catalog, openCatalog } from "../../mod/catalog/mod.ts";
import { BackupSets, Destinations, type ServerLink, type Vault } from "../../mod/client/mod.ts";
import { openFileSystem } from "../../mod/platform/mod.ts";
import { scratch } from "./scratch.ts";

/** A vault that hides its bytes from a search and knows what they are for; it is no cipher. */
export const testVault: Vault = {
  seal: (purpose, plain) => concatBytes([utf8(`${purpose}|`), plain.map((byte) => byte ^ 0x5a)]),
  open(purpose, sealed) {
    const head = utf8(`${purpose}|`);
    if (utf8Text(sealed.subarray(0, head.length)) !== utf8Text(head)) {
      throw new Error("sealed for another purpose");
    }
    return sealed.slice(head.length).map((byte) => byte ^ 0x5a);
  },
};

/** What a stage is made of; each has a default. */
export interface ClientStageParts {
  readonly clock?: Clock;
  readonly link?: ServerLink;
}

/** A catalog with destinations and sets over it. */
export class ClientStage implements AsyncDisposable {
  readonly signal = new AbortController().signal;
  readonly destinations: Destinations;
  readonly sets: BackupSets;

  private constructor(
    /** Everything is below it. */
    readonly folder: string,
    readonly catalog: Catalog,
    readonly clock: Clock,
    readonly remove: () => PromiseLike<void>,
    link: ServerLink | undefined,
  ) {
    const fs = openFileSystem();
    const parts = { catalog, clock, vault: testVault, random: systemRandom, fs };
    this.destinations = new Destinations({ ...parts, ...(link ? { link } : {}) });
    this.sets = new BackupSets(parts);
  }

  static async open({ clock = systemClock, link }: ClientStageParts = {}): Promise<ClientStage> {
    const place = await scratch();
    const catalog = await openCatalog({
      fs: openFileSystem(),
      clock: systemClock,
      folder: `${place.path}/data`,
    });
    return new ClientStage(place.path, catalog, clock, () => place[Symbol.asyncDispose](), link);
  }

  /** A folder destination below {@link folder}. */
  async folderDestination(name: string): Promise<string> {
    const place = { kind: "folder", folder: `${this.folder}/${name}` } as const;
    return (await this.destinations.create({ name, place }, this.signal)).destination.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.catalog[Symbol.asyncDispose]();
    await this.remove();
  }
}
