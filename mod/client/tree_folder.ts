// Copyright the SpareGrid authors. Apache-2.0.
import { compareBytes, concatBytes, KIB, MIB, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { decodeTree, type Node } from "../format/mod.ts";

/** The entries of a folder in a snapshot, in order of their names' bytes. */
export interface TreeFolder {
  readonly count: number;
  /** Memory that it takes, roughly. */
  readonly bytes: number;
  /** Entries from place `from` up to `to`. */
  nodes(from: number, to: number): readonly Node[];
  /** Place of the first entry whose name is not before `name`. */
  placeOf(name: Uint8Array): number;
}

/** Trees up to this size are decoded whole. */
const DECODED_BYTES_MAX = 512 * KIB;
/** A decoded entry takes so much more memory than its text. */
const DECODED_FACTOR = 4;
const START = utf8('{"nodes":[');
const END = utf8("]}");
/** Bytes looked over before others get their turn. */
const SLICE_BYTES = MIB;

/** The folder that a tree's bytes describe. Entries that cannot be read are left out. SG1005 for what is no tree. */
export async function openFolder(bytes: Uint8Array, what: string, signal: AbortSignal): Promise<TreeFolder> {
  const regular = START.every((byte, at) => bytes[at] === byte);
  if (bytes.length <= DECODED_BYTES_MAX || !regular) return new DecodedFolder(bytes, what);
  return new RawFolder(bytes, await nodeStarts(bytes, what, signal), what);
}

/** The entry of this name; undefined where there is none. */
export function entryOf(folder: TreeFolder, name: Uint8Array): Node | undefined {
  const at = folder.placeOf(name);
  const [node] = folder.nodes(at, Math.min(at + 1, folder.count));
  return node && compareBytes(node.name, name) === 0 ? node : undefined;
}

class DecodedFolder implements TreeFolder {
  readonly bytes: number;
  readonly #nodes: readonly Node[];

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes.length * DECODED_FACTOR;
    this.#nodes = sorted(decodeTree(bytes, what, { strict: false }).nodes);
  }

  get count(): number {
    return this.#nodes.length;
  }

  nodes(from: number, to: number): readonly Node[] {
    return this.#nodes.slice(from, to);
  }

  placeOf(name: Uint8Array): number {
    return lowerBound(this.count, (at) => compareBytes(this.#nodes[at]!.name, name) < 0);
  }
}

/** A folder of many entries: its text and where each entry begins; entries are decoded when they are asked for. */
class RawFolder implements TreeFolder {
  readonly bytes: number;
  readonly #text: Uint8Array;
  /** And, last, where one more would begin. */
  readonly #starts: Uint32Array;
  readonly #what: string;

  constructor(text: Uint8Array, starts: Uint32Array, what: string) {
    this.#text = text;
    this.#starts = starts;
    this.#what = what;
    this.bytes = text.length + starts.byteLength;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  nodes(from: number, to: number): readonly Node[] {
    const end = Math.min(to, this.count);
    if (from >= end) return [];
    // Without the comma behind the last one.
    const text = this.#text.subarray(this.#starts[from]!, this.#starts[end]! - 1);
    return decodeTree(concatBytes([START, text, END]), this.#what, { strict: false }).nodes;
  }

  /** Where an entry cannot be read, the ones before it decide. */
  placeOf(name: Uint8Array): number {
    return lowerBound(this.count, (at) => {
      const [node] = this.nodes(at, at + 1);
      return node === undefined || compareBytes(node.name, name) < 0;
    });
  }
}

function lowerBound(count: number, isBefore: (at: number) => boolean): number {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What we and restic write is in order; what others forge may not be. */
function sorted(nodes: readonly Node[]): readonly Node[] {
  const inOrder = nodes.every((node, at) => at === 0 || compareBytes(nodes[at - 1]!.name, node.name) < 0);
  if (inOrder) return nodes;
  const byName = nodes.toSorted((a, b) => compareBytes(a.name, b.name));
  return byName.filter((node, at) => at === 0 || compareBytes(byName[at - 1]!.name, node.name) !== 0);
}

const QUOTE = 0x22,
  BACKSLASH = 0x5c,
  OPEN_BRACE = 0x7b,
  CLOSE_BRACE = 0x7d,
  OPEN_BRACKET = 0x5b,
  CLOSE_BRACKET = 0x5d;

/** Where the objects of the list begin, and one behind the end of the last plus its comma. */
async function nodeStarts(bytes: Uint8Array, what: string, signal: AbortSignal): Promise<Uint32Array> {
  const scan = new NodeScan(bytes);
  while (!scan.done) {
    scan.step(SLICE_BYTES);
    signal.throwIfAborted();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  if (!scan.whole) throw new SgError("SG1005", `Cannot read ${what}: it is not valid JSON`);
  return scan.starts();
}

/** Looks for the objects of a tree's list, a part of the text at a time. */
class NodeScan {
  readonly #bytes: Uint8Array;
  #at = START.length;
  #depth = 0;
  #inText = false;
  #starts = new Uint32Array(1 << 16);
  #count = 0;
  #end: number | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#end !== undefined || this.#at >= this.#bytes.length;
  }

  /** True when the list came to its end. */
  get whole(): boolean {
    return this.#end !== undefined && !this.#inText;
  }

  starts(): Uint32Array {
    // The end of the list stands where a comma would.
    this.#add(this.#end! + 1);
    return this.#starts.slice(0, this.#count);
  }

  step(length: number): void {
    const bytes = this.#bytes;
    const stop = Math.min(bytes.length, this.#at + length);
    for (; this.#at < stop && this.#end === undefined; this.#at++) {
      const byte = bytes[this.#at]!;
      if (this.#inText) {
        if (byte === BACKSLASH) this.#at++;
        else if (byte === QUOTE) this.#inText = false;
      } else if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#depth++ === 0) this.#add(this.#at);
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#depth === 0) this.#end = this.#at;
        else this.#depth--;
      }
    }
  }

  #add(start: number): void {
    if (this.#count === this.#starts.length) {
      const grown = new Uint32Array(this.#count * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    this.#starts[this.#count++] = start;
  }
}
