// Copyright the SpareGrid authors. Apache-2.0.
import { toHex } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import type { Identity } from "./planned_file.ts";
import type { LinkSource } from "./hard_links.ts";
import type { TargetFolder } from "./target_folders.ts";

/** A symlink, device, fifo or socket that was made and has names that are still to come. */
interface LinkedOther {
  readonly source: LinkSource;
  namesLeft: bigint;
}

/** The links, devices, fifos and sockets that this restore made and that have more names: later ones become hard links. */
export class OtherLinks {
  readonly #made = new Map<string, LinkedOther>();

  /** What the node is one more name of; undefined where it is the first of its names, or has one only. */
  find(node: Node): LinkSource | undefined {
    if (!hasOtherNames(node)) return undefined;
    const key = keyOf(node);
    const known = this.#made.get(key);
    if (!known) return undefined;
    if (--known.namesLeft <= 0n) this.#made.delete(key);
    return known.source;
  }

  /** Says that the node's entry was made, for names that come later. */
  made(node: Node, { dev, ino }: Identity, folder: TargetFolder): void {
    if (!hasOtherNames(node) || node.type === "irregular" || this.#made.has(keyOf(node))) return;
    const source = { kind: node.type, dev, ino, folder, name: node.name };
    this.#made.set(keyOf(node), { source, namesLeft: node.links - 1n });
  }
}

/** True when the entry had further names when it was backed up. */
export function hasOtherNames(node: Node): boolean {
  return node.links > 1n && node.inode !== 0n;
}

/** A damaged or changed snapshot may name one inode for two things: each is to become what its own node says. */
function keyOf({ deviceId, inode, type, device, linkTarget }: Node): string {
  return `${deviceId}:${inode}:${type}:${device}:${linkTarget ? toHex(linkTarget) : ""}`;
}
