// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, TREE_BLOB_BYTES_MAX } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { damaged, type Fields, listOf, objectOf } from "./_fields.ts";
import { TextPieces } from "./_text_pieces.ts";
import { holdsRoundedNumber, jsonText, parseExact, parseLoose } from "./json.ts";
import { decodeNode, encodeNode } from "./node.ts";
import type { Node, Tree } from "./types.ts";

/** Encodes a tree node by node: `{"nodes":[…]}` and a newline. Nodes must come in ascending order of their names. */
export class TreeBuilder {
  readonly #text = new TextPieces('{"nodes":[');
  #last: Uint8Array | undefined;

  /** Adds the next node. SG1023 when its name is empty or does not follow the last one. */
  add(node: Node): void {
    if (node.name.length === 0 || (this.#last && compareBytes(this.#last, node.name) >= 0)) {
      throw new SgError("SG1023", "Cannot build a tree: its nodes are not in ascending order");
    }
    this.#text.add(this.#last ? `,${encodeNode(node)}` : encodeNode(node));
    this.#last = node.name;
  }

  /** The tree's bytes; their SHA-256 is its ID. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#text.add("]}\n");
    return this.#text.finish();
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

/**
 * A tree from its bytes; unknown fields and any order of fields are accepted. SG1005 for what cannot be a tree:
 * broken JSON, a node that is none, and, unless `strict` is false, names that are empty, repeated or out of order.
 * SG1017 when it is too large.
 */
export function decodeTree(
  bytes: Uint8Array,
  what = "tree",
  { strict = true }: { readonly strict?: boolean } = {},
): Tree {
  if (bytes.length > TREE_BLOB_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot read ${what}: it has ${bytes.length} bytes`);
  }
  const text = jsonText(bytes, what);
  const listIn = (parsed: unknown) => listOf(objectOf(parsed, what), "nodes", what);
  let list = listIn(parseLoose(text, what));
  if (mayHaveLostDigits(list, what)) list = listIn(parseExact(text, what));
  const nodes = list.map((node) => decodeNode(node, what));
  if (strict) assertOrder(nodes, what);
  return { nodes };
}

function assertOrder(nodes: readonly Node[], what: string): void {
  for (let i = 0; i < nodes.length; i++) {
    if (nodes[i]!.name.length === 0) throw damaged(what, "a node has no name");
    if (i > 0 && compareBytes(nodes[i - 1]!.name, nodes[i]!.name) >= 0) {
      throw damaged(what, "its nodes are not in ascending order");
    }
  }
}
