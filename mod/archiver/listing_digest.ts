// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { sha256Into } from "../crypto/mod.ts";
import type { Node } from "../format/mod.ts";
import { ENTRY_KINDS } from "../platform/mod.ts";

/** What a node says of its entry's stat: all that is compared to tell whether it changed. */
export type NodeStat =
  & Pick<Node, "type" | "mode" | "uid" | "gid" | "mtime" | "atime" | "ctime">
  & Pick<Node, "inode" | "deviceId" | "size" | "links" | "device">
  & { readonly user?: string | undefined; readonly group?: string | undefined };

const DIGEST_BYTES = 32;
const BLOCK_BYTES = 8192;
/** Bytes of an entry before its name and its owners' names. */
const HEAD_BYTES = 89;
/** Blocks kept for the next digest. */
const SPARE_MAX = 64;
const spare: Uint8Array<ArrayBuffer>[] = [];

/** Names of users and groups as bytes: a walk meets few. */
const owners = new Map<string, Uint8Array>();
const OWNERS_MAX = 1024;

/**
 * The names and stats of a folder's entries, in order, as 32 bytes: equal where no entry changed, came or went. It is the same
 * whether it is made of the nodes of a tree or of what the system says today.
 *
 * Entries are written to a block; a full one is hashed (SHA-256) together with the hash of those before it.
 */
export class ListingDigest {
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #view: DataView<ArrayBuffer> | undefined;
  #used = DIGEST_BYTES;
  #fit = true;

  /** Adds the next entry. */
  add(name: Uint8Array, stat: NodeStat): void {
    const user = ownerBytes(stat.user), group = ownerBytes(stat.group);
    const length = HEAD_BYTES + name.length + (user?.length ?? 0) + (group?.length ?? 0);
    if (DIGEST_BYTES + length > BLOCK_BYTES) this.#fit = false;
    if (!this.#fit) return;
    const bytes = this.#room(length), view = this.#view!;
    let at = this.#used;
    view.setUint8(at, ENTRY_KINDS.indexOf(stat.type));
    view.setUint32(at + 1, stat.mode);
    view.setUint32(at + 5, stat.uid);
    view.setUint32(at + 9, stat.gid);
    this.#instant(at + 13, stat.mtime);
    this.#instant(at + 21, stat.atime);
    this.#instant(at + 29, stat.ctime);
    view.setBigUint64(at + 37, stat.inode);
    view.setBigUint64(at + 45, stat.deviceId);
    view.setBigUint64(at + 53, stat.type === "file" ? stat.size : 0n);
    view.setBigUint64(at + 61, stat.links);
    view.setBigUint64(at + 69, stat.type === "dev" || stat.type === "chardev" ? stat.device : 0n);
    // No name is as good as none of them: an owner without a name differs from one whose name is empty.
    view.setUint32(at + 77, name.length);
    view.setUint32(at + 81, user ? user.length + 1 : 0);
    view.setUint32(at + 85, group ? group.length + 1 : 0);
    at += HEAD_BYTES;
    for (const text of [name, user, group]) {
      if (!text) continue;
      bytes.set(text, at);
      at += text.length;
    }
    this.#used = at;
  }

  /** Says that something of the folder is in no stat: it has no digest. */
  spoil(): void {
    this.#fit = false;
  }

  /** The digest; undefined where there is none. To be asked once, at the end. */
  end(): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#room(0);
    if (this.#fit) this.#shut();
    const digest = this.#fit ? bytes.slice(0, DIGEST_BYTES) : undefined;
    if (spare.length < SPARE_MAX) spare.push(bytes);
    this.#bytes = this.#view = undefined;
    return digest;
  }

  #room(length: number): Uint8Array<ArrayBuffer> {
    if (!this.#bytes) {
      this.#bytes = spare.pop() ?? new Uint8Array(BLOCK_BYTES);
      this.#bytes.fill(0, 0, DIGEST_BYTES);
      this.#view = new DataView(this.#bytes.buffer);
    }
    if (this.#used + length > BLOCK_BYTES) this.#shut();
    return this.#bytes;
  }

  #shut(): void {
    const bytes = this.#bytes!;
    sha256Into(bytes.subarray(0, this.#used), bytes);
    this.#used = DIGEST_BYTES;
  }

  /** 64 bits hold the years 1678 to 2262. */
  #instant(at: number, time: bigint): void {
    if (BigInt.asIntN(64, time) !== time) this.#fit = false;
    this.#view!.setBigInt64(at, time);
  }
}

function ownerBytes(name: string | undefined): Uint8Array | undefined {
  if (name === undefined) return undefined;
  let bytes = owners.get(name);
  if (!bytes) {
    if (owners.size >= OWNERS_MAX) owners.clear();
    bytes = utf8(name);
    owners.set(name, bytes);
  }
  return bytes;
}
