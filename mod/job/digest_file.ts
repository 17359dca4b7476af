// Copyright the SpareGrid authors. Apache-2.0.
import { DIGESTS_BYTES_MAX, FolderDigests } from "../archiver/mod.ts";
import { type Clock, concatBytes, fromHex, MIB, type Random, toHex, utf8 } from "../base/mod.ts";
import { isOsError, isSgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, makePath } from "../platform/mod.ts";
import type { FrameSealer } from "./journal_file.ts";

/** Larger files are not ours, bytes: that leaves room for the IDs of half a million index files. */
const FILE_BYTES_MAX = DIGESTS_BYTES_MAX + 16 * MIB;
const VERSION = 1;
const HEAD_BYTES = 5;
const ID_BYTES = 32;
/** A file that no run has written for so long is of a set that is no more, nanoseconds: a hundred days. */
const UNUSED_NS = 100n * 24n * 3_600_000_000_000n;

/** Where a digest file lies and what it is made with. */
export interface DigestFileParts {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly cacheFolder: string;
  /** A file's name: tells nobody what is backed up. */
  readonly name: string;
  readonly sealer: FrameSealer;
}

/**
 * The folder digests of one backup set in `cacheFolder/digests`, from one run to the next. It may be torn, damaged, old or
 * deleted at any time: what is not whole and authentic is as good as none, and so is what was noted with an index file that is
 * no longer there: only index files say which blobs there are, and they never change, so as long as those of that run are all
 * there, so are the blobs that its trees name.
 *
 * Sealed as one piece: `version (1) || number of index files (uint32 LE) || their IDs (32 each) || FolderDigests`.
 */
export class DigestFile {
  readonly #parts: DigestFileParts;

  constructor(parts: DigestFileParts) {
    this.#parts = parts;
  }

  /** The digests, where all index files that they rely on are among `indexes`; empty ones where there are none. Never fails. */
  async load(indexes: ReadonlySet<string>): Promise<FolderDigests> {
    const plain = await this.#quietly((folder) => this.#read(folder));
    if (!plain || plain.length < HEAD_BYTES || plain[0] !== VERSION) return new FolderDigests();
    const count = new DataView(plain.buffer, plain.byteOffset).getUint32(1, true);
    const end = HEAD_BYTES + count * ID_BYTES;
    if (end > plain.length) return new FolderDigests();
    for (let at = HEAD_BYTES; at < end; at += ID_BYTES) {
      if (!indexes.has(toHex(plain.subarray(at, at + ID_BYTES)))) return new FolderDigests();
    }
    return new FolderDigests(plain.subarray(end));
  }

  /** Keeps what a run has noted; `indexes` are the index files that list all that its trees name. Never fails. */
  async save(digests: FolderDigests, indexes: ReadonlySet<string>): Promise<void> {
    const head = new Uint8Array(HEAD_BYTES);
    head[0] = VERSION;
    new DataView(head.buffer).setUint32(1, indexes.size, true);
    const plain = concatBytes([head, ...Array.from(indexes, fromHex), digests.encode()]);
    const { sealer } = this.#parts;
    await this.#quietly(async (folder) => {
      await this.#write(folder, sealer.seal(plain));
      this.#sweep(folder);
    });
  }

  async #read(folder: Fd): Promise<Uint8Array | undefined> {
    const { fs, name, sealer } = this.#parts;
    const fd = fs.openRead(folder, utf8(name));
    try {
      const { size, kind } = fs.statFd(fd);
      if (kind !== "file" || size > FILE_BYTES_MAX) return undefined;
      const sealed = new Uint8Array(size);
      return await fs.readAtAsync(fd, sealed, 0) === size ? sealer.open(sealed) : undefined;
    } finally {
      fs.close(fd);
    }
  }

  /** Whole or not at all, but not synced: after a power cut one run reads more. */
  async #write(folder: Fd, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { fs, clock, name, random } = this.#parts;
    const temporary = utf8(`${name}-${toHex(random.bytes(8))}`);
    const fd = fs.create(folder, temporary, 0o600);
    try {
      await fs.writeAtAsync(fd, bytes, 0);
      // The sweep goes by our clock, which may not be the drive's.
      const now = clock.now();
      fs.setTimes(fd, now, now);
    } catch (error) {
      fs.removeFile(folder, temporary);
      throw error;
    } finally {
      fs.close(fd);
    }
    fs.rename(folder, temporary, folder, utf8(name));
  }

  /** Removes what nobody has written for long: files of sets that are gone, and what a crash left. */
  #sweep(folder: Fd): void {
    const { fs, clock } = this.#parts;
    const before = clock.now() - UNUSED_NS;
    const old: Uint8Array[] = [];
    for (const batch of fs.entries(folder)) {
      for (const { name, stat } of batch) {
        if (stat?.kind === "file" && stat.mtime < before) old.push(name.slice());
      }
    }
    for (const name of old) fs.removeFile(folder, name);
  }

  async #quietly<T>(act: (folder: Fd) => T | Promise<T>): Promise<T | undefined> {
    const { fs, cacheFolder } = this.#parts;
    try {
      const folder = await makePath(fs, `${cacheFolder}/digests`);
      try {
        return await act(folder);
      } finally {
        fs.close(folder);
      }
    } catch (error) {
      if (isOsError(error) || isSgError(error)) return undefined;
      throw error;
    }
  }
}
