// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem } from "../platform/mod.ts";
import { openSameFolder } from "./failures.ts";
import type { JobFolder } from "./job.ts";
import { givesAcl } from "./metadata.ts";

/** Folders that a lane keeps open at once. */
const OPEN_MAX = 128;

/**
 * The folders of one job, opened component by component from the root, never through a link, and only where they are
 * the ones that the restore made or found. Few are open at a time.
 */
export class JobFolders {
  readonly #fs: FileSystem;
  readonly #root: Fd;
  readonly #folders: readonly JobFolder[];
  /** Open folders by number, the longest unused first. */
  readonly #open = new Map<number, Fd>();
  readonly #givesAcl = new Map<number, boolean>();

  constructor(fs: FileSystem, root: Fd, folders: readonly JobFolder[]) {
    this.#fs = fs;
    this.#root = root;
    this.#folders = folders;
  }

  /** Descriptor of the folder of this number (0 is the root), good until the next call. */
  open(number: number): Fd {
    if (number === 0) return this.#root;
    const known = this.#open.get(number);
    if (known !== undefined) {
      this.#open.delete(number);
      this.#open.set(number, known);
      return known;
    }
    const chain: number[] = [];
    let from = number;
    while (from !== 0 && !this.#open.has(from)) {
      chain.push(from);
      from = this.#folders[from - 1]!.parent;
    }
    let fd = from === 0 ? this.#root : this.#open.get(from)!;
    while (chain.length > 0) {
      const next = chain.pop()!;
      fd = this.#openIn(fd, next);
    }
    return fd;
  }

  /** True when new files of the folder inherit an access list. */
  givesAcl(number: number): boolean {
    let answer = this.#givesAcl.get(number);
    if (answer === undefined) {
      answer = givesAcl(this.#fs, this.open(number));
      this.#givesAcl.set(number, answer);
    }
    return answer;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) this.#fs.close(fd);
    this.#open.clear();
  }

  #openIn(parent: Fd, number: number): Fd {
    const fd = openSameFolder(this.#fs, parent, this.#folders[number - 1]!);
    this.#open.set(number, fd);
    if (this.#open.size > OPEN_MAX) this.#closeOldest(parent);
    return fd;
  }

  #closeOldest(parent: Fd): void {
    for (const [number, fd] of this.#open) {
      if (fd === parent) continue;
      this.#open.delete(number);
      this.#fs.close(fd);
      return;
    }
  }
}
