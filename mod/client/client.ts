// Copyright the SpareGrid authors. Apache-2.0.
import type { BlobId, Clock } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { toSgError } from "../errors/mod.ts";
import type { Ports } from "../job/mod.ts";
import type { KdfCost } from "../repository/mod.ts";
import type { RetryOptions } from "../storage/mod.ts";
import { Browse } from "./browse.ts";
import { Conductor } from "./conductor.ts";
import { Destinations } from "./destinations.ts";
import type { ServerLink, Vault } from "./needs.ts";
import { type Place, Repositories } from "./repositories.ts";
import { Search } from "./search.ts";
import { type FolderSource, SearchIndex } from "./search_index.ts";
import { BackupSets } from "./sets.ts";
import { SnapshotBook } from "./snapshot_book.ts";
import { openFolder } from "./tree_folder.ts";

/** What the client role stands on. */
export interface ClientParts {
  readonly catalog: Catalog;
  readonly vault: Vault;
  readonly ports: Ports;
  /** Folder of the installation; drills restore below it. */
  readonly dataFolder: string;
  /** Resume journals, and metadata of far repositories. */
  readonly cacheFolder?: string;
  /** Left out: no SpareGrid server can be joined. */
  readonly link?: ServerLink;
  /** Runs at a time, over all repositories; 2 where left out. A function is asked anew each time. */
  readonly runsAtOnce?: number | (() => number);
  /** Threads of the data path for each repository; one per processor where left out. */
  readonly threads?: number;
  /** Waits and intervals of the conductor; the ports' clock where left out. */
  readonly clock?: Clock;
  /** How storages try again. */
  readonly retry?: RetryOptions;
  /** Cost of a new repository's password; for tests. */
  readonly kdf?: KdfCost;
}

/** The client role: all its rooms over one catalog. */
export interface Client extends AsyncDisposable {
  readonly destinations: Destinations;
  readonly sets: BackupSets;
  readonly runs: Conductor;
  readonly snapshots: SnapshotBook;
  readonly browse: Browse;
  readonly search: Search;
  /** Is filled by itself; for those who must wait for it. */
  readonly index: SearchIndex;
  /** Reads which snapshots a set's repositories have, and takes new ones into the search index. SG1036 and what opening throws. */
  refresh(set: string, signal: AbortSignal): Promise<void>;
}

/**
 * Opens the client role and takes up what was left over: runs that were under way go on. Disposing it stops running work at
 * a checkpoint, within ten seconds.
 */
export async function openClient(parts: ClientParts): Promise<Client> {
  const { catalog, ports, clock = ports.clock } = parts;
  const destinations = new Destinations({ ...parts, ...ports });
  const sets = new BackupSets({ ...parts, ...ports });
  const repositories = new Repositories({ ...parts, destinations, sets });
  const snapshots = new SnapshotBook(catalog);
  const browse = new Browse({ catalog, read: (...order) => repositories.read(...order) });
  const index = new SearchIndex({ ...{ catalog, clock, log: ports.log }, read: folderReader(repositories) });
  const runs = await Conductor.open({
    ...{ catalog, destinations, sets, repositories, ports, clock, book: snapshots },
    scratchFolder: `${parts.dataFolder}/scratch`,
    ...(parts.runsAtOnce === undefined ? {} : { runsAtOnce: parts.runsAtOnce }),
    onSetGone: () => index.tidy(),
    onOver: ({ kind, setId, destinationId }) => {
      const changes = kind === "backup" || kind === "forget";
      if (changes && setId !== undefined && destinationId !== undefined) index.want({ setId, destinationId });
    },
  });
  await index.wantAll();
  const refresh = async (place: Place, signal: AbortSignal) => {
    await repositories.use(
      place,
      { signal },
      (session) => snapshots.refresh(place, session.repository, signal),
    );
    index.want(place);
  };
  const closing = new AbortController();
  const catchingUp = catchUp(parts, refresh, closing.signal);
  return {
    ...{ destinations, sets, runs, snapshots, browse, search: new Search(catalog), index },
    async refresh(set, signal) {
      for (const { destinationId } of (await sets.get(set)).destinations) {
        await refresh({ setId: set, destinationId }, signal);
      }
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await runs[Symbol.asyncDispose]();
      await catchingUp;
      await index[Symbol.asyncDispose]();
      await repositories[Symbol.asyncDispose]();
    },
  };
}

/** Fills a catalog that was made anew with the snapshots of the repositories that it knows of. */
async function catchUp(
  { catalog, ports }: ClientParts,
  refresh: (place: Place, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // The next backup of a set lists what could not be listed now.
  const failed = (error: unknown) => {
    if (signal.aborted) return;
    ports.log.write("warning", `Snapshots of a set are not known yet: ${toSgError(error).message}`);
  };
  const places = await catalog.snapshots.unknown().catch((error: unknown) => (failed(error), []));
  for (const place of places) {
    if (!signal.aborted) await refresh(place, signal).catch(failed);
  }
}

/** Reads folders of a place for the index: each once, so none is kept. */
function folderReader(repositories: Repositories) {
  return <T>(place: Place, signal: AbortSignal, work: (source: FolderSource) => Promise<T>): Promise<T> =>
    repositories.read(place, signal, (repository) =>
      work({
        folder: async (tree, stop) =>
          await openFolder(await repository.loadBlob("tree", tree as BlobId, stop), `tree ${tree}`, stop),
        hash: (bytes) => repository.blobId(bytes),
      }));
}
