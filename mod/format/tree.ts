// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, freeBytes, MIB, TREE_BLOB_BYTES_MAX } from "../base/mod.ts";
import { isSgError, SgError } from "../errors/mod.ts";
import { damaged, type Fields, listOf, objectOf } from "./_fields.ts";
import { JsonBytes } from "./_json_bytes.ts";
import { goUnquote } from "./go_quote.ts";
import { holdsRoundedNumber, parseExact, parseLoose } from "./json.ts";
import { decodeNode, writeNode } from "./node.ts";
import { treeTexts } from "./tree_texts.ts";
import type { Node, RefusedNode, Tree } from "./types.ts";

/** Entries of one folder: more than its bytes allow where names are not very short. Each takes half a KiB of memory. */
const TREE_NODES_MAX = 2 ** 21;
/** Entries of one folder that are refused one by one; a tree with more is no tree. */
const REFUSED_MAX = 1000;
/** A tree of so many bytes is handed on in pieces of about this size. */
const PIECE_BYTES = 8 * MIB;

/** Takes the bytes of a long tree piece by piece. */
export interface TreePieces {
  /** Takes the next piece, which is the caller's again. */
  add(piece: Uint8Array): void;
}

/**
 * Encodes a tree node by node: `{"nodes":[…]}` and a newline. Nodes must come in ascending order of their names. A long tree goes
 * piece by piece to what `beginLong` gives, where that is given: so it never lies in memory as a whole.
 */
export class TreeBuilder<Long extends TreePieces = never> {
  readonly #beginLong: (() => Long) | undefined;
  #long: Long | undefined;
  /** Bytes that went to `#long`. */
  #handedOn = 0;
  #json = new JsonBytes();
  #last: Uint8Array | undefined;
  #count = 0;

  constructor(beginLong?: () => Long) {
    this.#beginLong = beginLong;
    this.#json.text('{"nodes":[');
  }

  /** Adds the next node. SG1023 when its name is empty or does not follow the last one. */
  add(node: Node): void {
    if (node.name.length === 0 || (this.#last && compareBytes(this.#last, node.name) >= 0)) {
      throw new SgError("SG1023", "Cannot build a tree: its nodes are not in ascending order");
    }
    if (++this.#count > TREE_NODES_MAX || this.#bytes > TREE_BLOB_BYTES_MAX) return this.#overflow();
    if (this.#last) this.#json.text(",");
    writeNode(this.#json, node);
    this.#last = node.name;
    if (this.#beginLong && this.#json.length >= PIECE_BYTES) {
      this.#handOn(this.#long ??= this.#beginLong(), this.#json.take());
    }
  }

  /** The tree's bytes, or what took them; their SHA-256 is its ID. SG1017 when no reader would take so large a tree. */
  finish(): Uint8Array<ArrayBuffer> | Long {
    this.#json.text("]}\n");
    if (this.#count <= TREE_NODES_MAX && this.#bytes <= TREE_BLOB_BYTES_MAX) {
      const bytes = this.#json.finish();
      if (!this.#long) return bytes;
      this.#handOn(this.#long, bytes);
      return this.#long;
    }
    throw new SgError(
      "SG1017",
      `Cannot store the folder: it has more than ${TREE_NODES_MAX} entries, or their list more than 511 MiB`,
    );
  }

  /** Bytes so far. */
  get #bytes(): number {
    return this.#handedOn + this.#json.length;
  }

  #handOn(long: Long, piece: Uint8Array<ArrayBuffer>): void {
    long.add(piece);
    this.#handedOn += piece.length;
    freeBytes(piece);
  }

  /** What cannot be used need not be kept; `finish` says so. */
  #overflow(): void {
    this.#count = Infinity;
    this.#json = new JsonBytes();
    this.#long = undefined;
  }
}

/** The bytes of a tree. SG1023 when the nodes are not in ascending order. */
export function encodeTree(nodes: readonly Node[]): Uint8Array<ArrayBuffer> {
  const builder = new TreeBuilder();
  for (const node of nodes) builder.add(node);
  return builder.finish();
}

/**
 * True when a number of these nodes may have lost digits. What a double has rounded is never below 2^53, so a look at the
 * fields that may be as large, and into the rare free ones, finds every one that is kept.
 */
function mayHaveLostDigits(nodes: readonly unknown[], what: string): boolean {
  for (const node of nodes) {
    if (typeof node !== "object" || node === null) continue;
    const { inode, device_id, size, links, device, generic_attributes } = node as Fields;
    if (isLarge(inode) || isLarge(device_id) || isLarge(size) || isLarge(links) || isLarge(device)) {
      return true;
    }
    if (generic_attributes !== undefined && holdsRoundedNumber(generic_attributes, what)) return true;
  }
  return false;
}

const isLarge = (value: unknown): boolean => typeof value === "number" && value > Number.MAX_SAFE_INTEGER;

/** How to read a tree. */
export interface TreeReading {
  /**
   * True where left out: one bad entry refuses the whole tree. False: entries that cannot be read are listed in `refused`,
   * names may be empty, repeated or out of order, and the rest is given.
   */
  readonly strict?: boolean;
}

/**
 * A tree from its bytes, whole or in parts of any length; unknown fields and any order of fields are accepted. SG1005 for what cannot be a tree:
 * broken JSON and, unless `strict` is false, a node that is none or names that are empty, repeated or out of order.
 * SG1017 when it is too large.
 */
export function decodeTree(
  bytes: Uint8Array | Iterable<Uint8Array>,
  what = "tree",
  { strict = true }: TreeReading = {},
): Tree {
  const nodes: Node[] = [];
  const refused: RefusedNode[] = [];
  for (const text of treeTexts(bytes instanceof Uint8Array ? [bytes] : bytes, what)) {
    for (const item of nodesIn(text, what)) {
      if (nodes.length + refused.length >= TREE_NODES_MAX) {
        throw new SgError("SG1017", `Cannot read ${what}: it has more than ${TREE_NODES_MAX} entries`);
      }
      try {
        nodes.push(decodeNode(item, what));
      } catch (error) {
        if (strict || !isSgError(error) || refused.length >= REFUSED_MAX) throw error;
        refused.push({ name: nameOf(item), error });
      }
    }
  }
  if (strict) assertOrder(nodes, what);
  return refused.length > 0 ? { nodes, refused } : { nodes };
}

/** The parsed nodes of a tree's text. */
function nodesIn(text: string, what: string): readonly unknown[] {
  const listIn = (parsed: unknown) => listOf(objectOf(parsed, what), "nodes", what);
  const list = listIn(parseLoose(text, what));
  return mayHaveLostDigits(list, what) ? listIn(parseExact(text, what)) : list;
}

/** The name of a node that cannot be read otherwise. */
function nameOf(item: unknown): Uint8Array | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { name } = item as Fields;
  return typeof name === "string" ? goUnquote(name) : undefined;
}

function assertOrder(nodes: readonly Node[], what: string): void {
  for (let i = 0; i < nodes.length; i++) {
    if (nodes[i]!.name.length === 0) throw damaged(what, "a node has no name");
    if (i > 0 && compareBytes(nodes[i - 1]!.name, nodes[i]!.name) >= 0) {
      throw damaged(what, "its nodes are not in ascending order");
    }
  }
}
