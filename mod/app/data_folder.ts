// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, type Random, systemClock, toHex, utf8, utf8Text } from "../base/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import {
  currentUser,
  type Fd,
  type FileSystem,
  makePath,
  processAlive,
  processId,
  readUserFile,
  takeFileLock,
  writeDurably,
} from "../platform/mod.ts";

const LOCK = "lock";
/** What a folder may hold before the first start and still count as this program's own. */
const EARLY_NAMES = /^(?:repository|password|sparegrid\.toml|lost\+found)$/;
/** What a folder holds from the first start on. */
const MARK = "identity.json";
/** Names under which files are written before they are whole. */
const TEMPORARY =
  /^\.(?:identity\.json|tls\.pem|certificate\.pem|service\.json|keepsake\.json)-[0-9a-f]{16}$/;
/** Largest file that is read whole, bytes. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The folder of an installation, held by this process alone until it is disposed. All files in it are written durably,
 * and for this user only.
 */
export class DataFolder implements Disposable {
  /** Its path, absolute. */
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #random: Random;
  readonly #fd: Fd;
  readonly #lock: Disposable;

  private constructor(path: string, fs: FileSystem, random: Random, fd: Fd, lock: Disposable) {
    this.path = path;
    this.#fs = fs;
    this.#random = random;
    this.#fd = fd;
    this.#lock = lock;
  }

  /**
   * Opens the folder, makes it (mode 0700) where it is missing, and locks it. SG0021 when another process holds it, when it
   * cannot be used, or when others could read what is in it.
   */
  static async open(
    path: string,
    fs: FileSystem,
    random: Random,
    clock: Clock = systemClock,
  ): Promise<DataFolder> {
    let fd: Fd | undefined;
    try {
      fd = await makePath(fs, path);
      keepPrivate(path, fs, fd);
      const { lock, holder } = await takeLock(`${path}/${LOCK}`, clock);
      if (lock === undefined) {
        throw new SgError(
          "SG0021",
          `Cannot use the data folder ${path}: ${
            /^process \d+$/.test(holder) ? holder : "another process"
          } uses it`,
          { remedy: "Stop the other one, or name another folder with --data.", context: { folder: path } },
        );
      }
      sweep(fs, fd);
      return new DataFolder(path, fs, random, fd, lock);
    } catch (cause) {
      if (fd !== undefined) fs.close(fd);
      throw startFailure(cause, `Cannot use the data folder ${path}`);
    }
  }

  /** The content of a file; undefined where there is none. SG0021 when it cannot be read. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await readUserFile(`${this.path}/${name}`, FILE_BYTES_MAX);
    } catch (cause) {
      if (isOsError(cause, "ENOENT")) return undefined;
      throw startFailure(cause, `Cannot read ${this.path}/${name}`);
    }
  }

  /** Writes a file (mode 0600), all of it or nothing, and durably. SG0021 when it cannot be written. */
  async write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const temporary = utf8(`.${name}-${toHex(this.#random.bytes(8))}`);
    try {
      await writeDurably(this.#fs, this.#fd, utf8(name), temporary, bytes);
    } catch (cause) {
      throw startFailure(cause, `Cannot write ${this.path}/${name}`);
    }
  }

  /** Removes a file; one that is not there is removed already. SG0021 when it cannot be removed. */
  remove(name: string): void {
    try {
      this.#fs.removeFile(this.#fd, utf8(name));
    } catch (cause) {
      if (!isOsError(cause, "ENOENT")) throw startFailure(cause, `Cannot remove ${this.path}/${name}`);
    }
  }

  /** Free bytes on its drive. */
  freeBytes(): number {
    return this.#fs.freeBytes(this.#fd);
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
    this.#fs.close(this.#fd);
  }
}

/** How long a lock is waited for whose holder has just ended, ms, and in what steps. */
const LOCK_WAIT_MS = 2_000;
const LOCK_STEP_MS = 50;

/**
 * Takes the lock. One that lives is refused at once; of one that has just ended the system may hold on for a moment: a child that is
 * being started has a copy of all its parent's descriptors until it runs its own program.
 */
async function takeLock(path: string, clock: Clock): Promise<ReturnType<typeof takeFileLock>> {
  for (let waitedMs = 0;; waitedMs += LOCK_STEP_MS) {
    const attempt = takeFileLock(path, `process ${processId()}`);
    const pid = Number(/^process (\d+)$/.exec(attempt.holder ?? "")?.[1]);
    const gone = pid === processId() || !processAlive(pid);
    if (attempt.lock !== undefined || !gone || waitedMs >= LOCK_WAIT_MS) return attempt;
    await clock.sleep(LOCK_STEP_MS);
  }
}

/** What a process that was killed left half-written. */
function sweep(fs: FileSystem, fd: Fd): void {
  for (const name of [...fs.names(fd)].flat()) {
    if (TEMPORARY.test(utf8Text(name))) fs.removeFile(fd, name);
  }
}

/** Secrets lie in the folder: what others could read is closed to them, or refused where it is not our own. */
function keepPrivate(path: string, fs: FileSystem, fd: Fd): void {
  const { permissions, uid } = fs.statFd(fd);
  if (!fs.traits.posix || (permissions & 0o077) === 0) return;
  const names = [...fs.names(fd)].flat().map(utf8Text);
  const ours = names.includes(MARK) || names.every((name) => EARLY_NAMES.test(name));
  if (!ours || uid !== currentUser().uid) {
    const mode = permissions.toString(8).padStart(4, "0");
    throw new SgError(
      "SG0021",
      `Cannot use the data folder ${path}: other users may look into it (mode ${mode})`,
      {
        remedy: `Name a folder of its own with --data, or close this one: chmod 700 ${path}`,
        context: { folder: path },
      },
    );
  }
  fs.setPermissions(fd, 0o700);
}

/** A failure of the system at the start, as SG0021; SgErrors as they are. */
export function startFailure(cause: unknown, what: string): unknown {
  return isOsError(cause) ? new SgError("SG0021", `${what}: ${cause.message}`, { cause }) : cause;
}
