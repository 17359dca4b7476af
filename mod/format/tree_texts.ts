// Copyright the SpareGrid authors. Apache-2.0.
import { KIB, MIB, TREE_BLOB_BYTES_MAX, utf8Text } from "../base/mod.ts";
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

/**
 * The JSON of a tree as one text or as several that hold its nodes in turn, so that a folder with a million entries, or
 * a hostile tree, never lies in memory parsed as a whole. SG1017 for a large tree in another form than restic and we write.
 */
export function* treeTexts(bytes: Uint8Array, what: string): Generator<string, void> {
  if (bytes.length > TREE_BLOB_BYTES_MAX) {
    throw new SgError("SG1017", `Cannot read ${what}: it has ${bytes.length} bytes`);
  }
  if (bytes.length <= WHOLE_BYTES_MAX) return yield jsonText(bytes, what);
  const start = START.length;
  if (utf8Text(bytes.subarray(0, start)) !== START) {
    throw new SgError("SG1017", `Cannot read ${what}: ${bytes.length} bytes are too many for its form`);
  }
  const tail = END.exec(utf8Text(bytes.subarray(-3)));
  if (!tail) throw damaged(what, "it is not valid JSON");
  const end = bytes.length - tail[0].length;
  for (let from = start;;) {
    // Each piece is parsed by itself: one that is cut in a wrong place is no JSON.
    const to = commaBehind(bytes, from, from + PIECE_BYTES, end);
    // An empty piece behind a comma would pass for an empty tree.
    if (to <= from) throw damaged(what, "it is not valid JSON");
    yield `${START}${jsonText(bytes.subarray(from, to), what)}]}`;
    if (to === end) return;
    from = to + 1;
  }
}
