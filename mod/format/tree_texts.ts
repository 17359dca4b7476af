// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, KIB, MIB, TREE_BLOB_BYTES_MAX, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { damaged } from "./_fields.ts";
import { jsonText } from "./json.ts";
import { commaBehind } from "./json_scan.ts";

/** Trees up to this size are parsed in one go. */
const WHOLE_BYTES_MAX = 4 * MIB;
/** Larger ones are cut into texts of about this size, small enough to be harmless. */
const PIECE_BYTES = 768 * KIB;

const START = '{"nodes":[';
const END = /\]\}\n?$/;
/** Bytes that {@link END} may take. */
const END_BYTES = 3;

/**
 * The JSON of a tree, given in parts of any length, as one text or as several that hold its nodes in turn: so a folder with a
 * million entries, or a hostile tree, never lies in memory parsed as a whole, nor as bytes where the parts are made one by one.
 * SG1017 for a large tree in another form than restic and we write.
 */
export function* treeTexts(parts: Iterable<Uint8Array>, what: string): Generator<string, void> {
  let rest: Uint8Array[] = [], restBytes = 0;
  let bytes = 0, enough = WHOLE_BYTES_MAX, begun = false;
  for (const part of parts) {
    bytes += part.length;
    if (bytes > TREE_BLOB_BYTES_MAX) {
      throw new SgError("SG1017", `Cannot read ${what}: it has more than ${TREE_BLOB_BYTES_MAX} bytes`);
    }
    rest.push(part);
    restBytes += part.length;
    if (restBytes <= enough) continue;
    const joined = joinedParts(rest);
    const from = begun ? 0 : behindStart(joined, what);
    const to = yield* textsUpTo(joined, from, joined.length - END_BYTES, what);
    // A node that is longer than a part would be looked through again with each: the rest is taken at one go.
    if (to === from) enough = Infinity;
    begun = true;
    rest = [joined.slice(to)];
    restBytes = joined.length - to;
  }
  const last = joinedParts(rest);
  if (!begun && last.length <= WHOLE_BYTES_MAX) return yield jsonText(last, what);
  const from = begun ? 0 : behindStart(last, what);
  const tail = END.exec(utf8Text(last.subarray(-END_BYTES)));
  if (!tail) throw damaged(what, "it is not valid JSON");
  const end = last.length - tail[0].length;
  const to = yield* textsUpTo(last, from, end, what);
  // An empty piece behind a comma would pass for an empty tree.
  if (to >= end) throw damaged(what, "it is not valid JSON");
  yield textOf(last.subarray(to, end), what);
}

/** Texts of the nodes from `from` up to the last comma before `end` that is worth it; gives where the rest begins. */
function* textsUpTo(bytes: Uint8Array, from: number, end: number, what: string): Generator<string, number> {
  for (;;) {
    // Each piece is parsed by itself: one that is cut in a wrong place is no JSON.
    const to = commaBehind(bytes, from, from + PIECE_BYTES, end);
    if (to === end) return from;
    if (to < 0) throw damaged(what, "it is not valid JSON");
    yield textOf(bytes.subarray(from, to), what);
    from = to + 1;
  }
}

function textOf(nodes: Uint8Array, what: string): string {
  return `${START}${jsonText(nodes, what)}]}`;
}

function joinedParts(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : concatBytes(parts);
}

function behindStart(bytes: Uint8Array, what: string): number {
  if (utf8Text(bytes.subarray(0, START.length)) === START) return START.length;
  throw new SgError("SG1017", `Cannot read ${what}: ${bytes.length} bytes are too many for its form`);
}
