// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, utf8 } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type FileSystem, makePath } from "../platform/mod.ts";
import type { FromCatalog, ToCatalog } from "./messages.ts";
import type { Asked } from "./query.ts";
import { SUBJECTS } from "./subjects.ts";

type Subjects = typeof SUBJECTS;

/** What the queries of one subject look like from outside the catalog's threads. */
type SubjectFace<S extends keyof Subjects> =
  & { readonly [N in keyof Subjects[S]["reads"]]: Asked<Subjects[S]["reads"][N]> }
  & { readonly [N in keyof Subjects[S]["writes"]]: Asked<Subjects[S]["writes"][N]> };

/** The open ledger: every subject's queries, answered by threads of their own. Failures are SG1034. */
export type Catalog = { readonly [S in keyof Subjects]: SubjectFace<S> } & AsyncDisposable & {
  /** The damaged file that was set aside at the start, when a new one was begun: what it knew must be found again. */
  readonly setAside?: string;
};

/** What opening the catalog takes. */
export interface CatalogPlace {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** Folder of the installation. */
  readonly folder: string;
}

const FILE = "catalog.db";
/** Nobody but the owner reads what is in it. */
const PRIVATE = 0o600;

/**
 * Opens the catalog, makes it where there is none, and brings it to this version. A damaged file is set aside with its
 * journal and a new one begun: see {@link Catalog.setAside}. SG1034 when it cannot be opened.
 */
export async function openCatalog({ fs, clock, folder }: CatalogPlace): Promise<Catalog> {
  await keepPrivate(fs, folder);
  const path = `${folder}/${FILE}`;
  let writer = new CatalogThread();
  let setAside: string | undefined;
  try {
    const damage = await writer.open(path, true);
    if (damage.length > 0) {
      await writer.close();
      setAside = setFilesAside(fs, folder, clock);
      writer = new CatalogThread();
      await writer.open(path, false);
    }
  } catch (error) {
    await writer.close();
    throw error;
  }
  // A thread of its own for reading: a long search holds up no write, and no write a search.
  const reader = new CatalogThread();
  try {
    await reader.open(path, false);
  } catch (error) {
    await Promise.all([reader.close(), writer.close()]);
    throw error;
  }
  const face = (subject: keyof Subjects) => {
    const { reads, writes } = SUBJECTS[subject];
    return Object.fromEntries([
      ...Object.keys(reads).map((name) => [name, reader.asking(subject, name)]),
      ...Object.keys(writes).map((name) => [name, writer.asking(subject, name)]),
    ]);
  };
  const faces = Object.fromEntries(
    (Object.keys(SUBJECTS) as (keyof Subjects)[]).map((subject) => [subject, face(subject)]),
  );
  return {
    ...faces,
    ...(setAside === undefined ? {} : { setAside }),
    [Symbol.asyncDispose]: async () => {
      await reader.close();
      await writer.close();
    },
  } as unknown as Catalog;
}

/** Makes folder and file where they are missing. SQLite gives the file's mode to the journals that it makes beside it. */
async function keepPrivate(fs: FileSystem, folder: string): Promise<void> {
  const fd = await makePath(fs, folder);
  try {
    fs.close(fs.create(fd, utf8(FILE), PRIVATE));
  } catch (error) {
    if (!isOsError(error, "EEXIST")) throw error;
    if (fs.stat(fd, utf8(FILE)).permissions !== PRIVATE) fs.setPermissionsOf(fd, utf8(FILE), PRIVATE);
  } finally {
    fs.close(fd);
  }
}

/** Renames the file and its journal; answers the new name. */
function setFilesAside(fs: FileSystem, folder: string, clock: Clock): string {
  const suffix = `.damaged-${clock.now() / 1_000_000n}`;
  const fd = fs.openRoot(folder);
  try {
    for (const ending of ["", "-wal", "-shm"]) {
      try {
        fs.rename(fd, utf8(`${FILE}${ending}`), fd, utf8(`${FILE}${suffix}${ending}`));
      } catch (error) {
        if (!isOsError(error, "ENOENT")) throw error;
      }
    }
    fs.sync(fd);
  } finally {
    fs.close(fd);
  }
  return `${folder}/${FILE}${suffix}`;
}

/** A thread with a connection of its own. */
class CatalogThread {
  readonly #worker = new Worker(import.meta.resolve("./catalog_worker.ts"), { type: "module" });
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 1;
  #ended: SgError | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<FromCatalog>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new SgError("SG1034", `The catalog's thread failed: ${event.message}`));
    };
  }

  /** Answers what is damaged; nothing where all is well. */
  async open(path: string, examine: boolean): Promise<readonly string[]> {
    return await this.#tell({ id: this.#nextId++, kind: "open", path, examine }) as string[];
  }

  asking(subject: keyof Subjects, name: string): (...args: unknown[]) => Promise<unknown> {
    return (...args) => this.#tell({ id: this.#nextId++, kind: "ask", subject, name, args });
  }

  /** Waits for what was asked before, and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.#tell({ id: this.#nextId++, kind: "close" }).catch(() => {}); // it ends either way
    this.#end(new SgError("SG1034", "The catalog was closed"));
    this.#worker.terminate();
  }

  #tell(message: ToCatalog): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(message.id, answer);
    this.#worker.postMessage(message);
    return answer.promise;
  }

  #receive({ id, result, failure }: FromCatalog): void {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure) answer?.reject(new SgError(failure.code, failure.message, { context: failure.context }));
    else answer?.resolve(result);
  }

  #end(error: SgError): void {
    this.#ended ??= error;
    for (const answer of this.#waiting.values()) answer.reject(this.#ended);
    this.#waiting.clear();
  }
}
