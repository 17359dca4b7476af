// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, randomBelow } from "../../mod/base/mod.ts";
import type { EntryKind } from "../../mod/platform/mod.ts";
import { copyState, Inode, type InodeState } from "./memory_inode.ts";

/** Pages that a power cut tears a file at, bytes. */
const PAGE_BYTES = 4096;

/** One change of names: all of it reaches the drive or nothing (a rename takes away and puts). */
export interface NameChange {
  readonly folder: Inode;
  readonly key: string;
  readonly inode: Inode | undefined;
}

/** A drive: the root folder and the changes of names that no sync has made durable. */
export class Volume {
  readonly root: Inode;
  #pending: NameChange[][] = [];
  #nextIno: bigint;

  constructor(root: Inode, nextIno: bigint) {
    this.root = root;
    this.#nextIno = nextIno;
  }

  newInode(kind: EntryKind, now: InodeState, rdev = 0n): Inode {
    return new Inode(this.#nextIno++, kind, now, rdev);
  }

  /** Applies changes to the names as programs see them. */
  change(changes: NameChange[]): void {
    for (const { folder, key, inode } of changes) {
      const before = folder.names.get(key);
      if (before !== undefined) before.links--;
      if (inode === undefined) folder.names.delete(key);
      else {
        folder.names.set(key, inode);
        inode.links++;
      }
    }
    this.#pending.push(changes);
  }

  /** Makes a folder's names durable, in the order in which they changed. */
  syncNames(folder: Inode): void {
    const rest: NameChange[][] = [];
    for (const changes of this.#pending) {
      if (changes.some((change) => change.folder === folder)) changes.forEach(applyDurably);
      else rest.push(changes);
    }
    this.#pending = rest;
  }

  /** Makes everything durable. */
  syncAll(): void {
    for (const changes of this.#pending) changes.forEach(applyDurably);
    this.#pending = [];
    const visit = (inode: Inode) => {
      inode.sync();
      for (const child of inode.names.values()) visit(child);
    };
    visit(this.root);
  }

  /**
   * What a power cut at this moment might leave: what was synced for certain; of the other changes of names any,
   * in any selection; of unsynced content the old, the new, nothing, or a mixture page by page.
   */
  crash(random: Random): Volume {
    const survivors = new Map<Inode, Map<string, Inode>>();
    const namesOf = (folder: Inode): Map<string, Inode> => {
      let names = survivors.get(folder);
      if (names === undefined) survivors.set(folder, names = new Map(folder.durableNames));
      return names;
    };
    for (const changes of this.#pending) {
      if (randomBelow(random, 2) === 0) continue;
      for (const { folder, key, inode } of changes) {
        if (inode === undefined) namesOf(folder).delete(key);
        else namesOf(folder).set(key, inode);
      }
    }
    const copies = new Map<Inode, Inode>();
    const copy = (inode: Inode): Inode => {
      const known = copies.get(inode);
      if (known !== undefined) return known;
      const state = stateAfterCrash(inode, random);
      const fresh = new Inode(inode.ino, inode.kind, state, inode.rdev);
      fresh.durable = copyState(state);
      fresh.dirty = false;
      copies.set(inode, fresh);
      for (const [key, child] of namesOf(inode)) {
        const kept = copy(child);
        kept.links++;
        fresh.names.set(key, kept);
        fresh.durableNames.set(key, kept);
      }
      return fresh;
    };
    return new Volume(copy(this.root), this.#nextIno);
  }
}

function applyDurably({ folder, key, inode }: NameChange): void {
  if (inode === undefined) folder.durableNames.delete(key);
  else folder.durableNames.set(key, inode);
}

function stateAfterCrash(inode: Inode, random: Random): InodeState {
  const old = inode.durable;
  if (!inode.dirty && old !== undefined && old.content.length === inode.now.content.length) {
    // Clean by a sync, or by a failed one, which lost what was not written.
    return copyState(old);
  }
  const base = copyState(old ?? { ...inode.now, content: new Uint8Array(0), xattrs: new Map() });
  if (inode.kind === "symlink") return copyState(inode.now);
  const choice = randomBelow(random, 3);
  if (choice === 0) return base;
  if (choice === 1 && inode.dirty) return copyState(inode.now);
  base.content = tear(base.content, inode.now.content, random);
  return base;
}

/** The new length, each page from the new content, the old one or zeros. */
function tear(old: Uint8Array, fresh: Uint8Array, random: Random): Uint8Array {
  const torn = new Uint8Array(fresh.length);
  for (let at = 0; at < torn.length; at += PAGE_BYTES) {
    const choice = randomBelow(random, 3);
    if (choice === 0) torn.set(fresh.subarray(at, at + PAGE_BYTES), at);
    else if (choice === 1) torn.set(old.subarray(at, Math.min(at + PAGE_BYTES, torn.length)), at);
  }
  return torn;
}
