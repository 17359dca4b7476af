// Copyright the SpareGrid authors. Apache-2.0.
import type { JournalStore } from "../archiver/mod.ts";
import { MIB, utf8 } from "../base/mod.ts";
import { isOsError, isSgError } from "../errors/mod.ts";
import { type Fd, type FileSystem, makePath } from "../platform/mod.ts";

/** Seals and opens the frames: the journal tells what is in the user's files. */
export interface FrameSealer {
  seal(plain: Uint8Array): Uint8Array<ArrayBuffer>;
  open(sealed: Uint8Array): Uint8Array;
}

/** Longest frame that is read back, bytes. */
const FRAME_BYTES_MAX = 64 * MIB;
const LENGTH_BYTES = 4;

/**
 * The resume journal of one backup set as a file in the cache folder: a row of `length (uint32 LE) || sealed frame`.
 * It may be torn, damaged or deleted at any time: it ends where a frame is not whole and authentic, and what is
 * behind that is written over. What it says is believed only where the index confirms it (archiver).
 */
export class JournalFile implements JournalStore, Disposable {
  readonly #fs: FileSystem;
  readonly #folder: Fd;
  readonly #name: Uint8Array;
  readonly #sealer: FrameSealer;
  #fd: Fd | undefined;
  /** Where the next frame goes; undefined until the file was read. */
  #end: number | undefined;
  /** Frames come one after the other; those that wait for their turn or are being written. */
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  private constructor(fs: FileSystem, folder: Fd, name: string, sealer: FrameSealer) {
    this.#fs = fs;
    this.#folder = folder;
    this.#name = utf8(name);
    this.#sealer = sealer;
  }

  /** The journal `name` in `cacheFolder/journals`; undefined where that folder cannot be made: then a run does without. */
  static async open(
    fs: FileSystem,
    cacheFolder: string,
    name: string,
    sealer: FrameSealer,
  ): Promise<JournalFile | undefined> {
    try {
      return new JournalFile(fs, await makePath(fs, `${cacheFolder}/journals`), name, sealer);
    } catch (error) {
      if (isOsError(error)) return undefined;
      throw error;
    }
  }

  async *frames(): AsyncGenerator<Uint8Array, void> {
    this.#end = 0;
    for (;;) {
      const next = this.#nextFrame(this.#end);
      if (!next) return;
      this.#end = next.end;
      yield next.frame;
    }
  }

  /** The frame at `start`; undefined where there is none that is whole, authentic and readable. */
  #nextFrame(start: number): { readonly frame: Uint8Array; readonly end: number } | undefined {
    try {
      const fd = this.#fd ??= this.#fs.openWrite(this.#folder, this.#name);
      const size = this.#fs.statFd(fd).size;
      if (start + LENGTH_BYTES > size) return undefined;
      const head = new Uint8Array(LENGTH_BYTES);
      this.#fs.readAt(fd, head, start);
      const length = new DataView(head.buffer).getUint32(0, true);
      const end = start + LENGTH_BYTES + length;
      if (length > FRAME_BYTES_MAX || end > size) return undefined;
      const sealed = new Uint8Array(length);
      this.#fs.readAt(fd, sealed, start + LENGTH_BYTES);
      return { frame: this.#sealer.open(sealed), end };
    } catch (error) {
      // Without its journal a run reads more; that is no reason to fail.
      if (isOsError(error) || isSgError(error)) return undefined;
      throw error;
    }
  }

  async append(frame: Uint8Array): Promise<void> {
    if (this.#closed) return;
    const turn = this.#writing.then(() => this.#closed ? undefined : this.#append(frame));
    this.#writing = turn.catch(() => {});
    this.#waiting++;
    try {
      await turn;
    } finally {
      this.#waiting--;
      if (this.#closed) this.#closeIdle();
    }
  }

  async #append(frame: Uint8Array): Promise<void> {
    if (this.#end === undefined) { for await (const _ of this.frames()); }
    const sealed = this.#sealer.seal(frame);
    const bytes = new Uint8Array(LENGTH_BYTES + sealed.length);
    new DataView(bytes.buffer).setUint32(0, sealed.length, true);
    bytes.set(sealed, LENGTH_BYTES);
    const fd = this.#fd ??= this.#fs.create(this.#folder, this.#name, 0o600);
    await this.#fs.writeAtAsync(fd, bytes, this.#end!);
    this.#end! += bytes.length;
    this.#fs.truncate(fd, this.#end!);
  }

  remove(): Promise<void> {
    try {
      this.#fs.removeFile(this.#folder, this.#name);
    } catch (error) {
      // One that stays is believed only where the index confirms it, so it does no harm.
      if (!isOsError(error)) throw error;
    }
    return Promise.resolve();
  }

  /** Ends the journal; a frame that is just being written is written to its end before the descriptors go. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#closeIdle();
  }

  #closeIdle(): void {
    if (this.#waiting > 0) return;
    if (this.#fd !== undefined) this.#fs.close(this.#fd);
    this.#fd = undefined;
    this.#fs.close(this.#folder);
  }
}
