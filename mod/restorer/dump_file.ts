// Copyright the SpareGrid authors. Apache-2.0.
import { shownPath } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Node } from "../format/mod.ts";
import type { DumpNeeds } from "./needs.ts";
import { type Piece, resolvePieces } from "./pieces.ts";

/**
 * The content of one file, in order, some blobs read ahead. Every byte was verified. SG1011 when the node is no file;
 * SG1005, SG1028, SG1015 when a blob cannot be had: then what came before is good, but not all.
 */
export async function* dumpFile(
  needs: DumpNeeds,
  node: Node,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  if (node.type !== "file") {
    throw new SgError("SG1011", `Cannot read ${shownPath(node.name)}: it is not a file`);
  }
  if (node.content === null) {
    throw new SgError("SG1005", `Cannot read ${shownPath(node.name)}: it has no content`);
  }
  const pieces = node.content.map((id): Piece => ({ kind: "blob", id }));
  yield* resolvePieces(needs, pieces, signal);
}
