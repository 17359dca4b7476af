// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Format: the restic repository format, version 2, as pure codecs: nodes and trees, pack headers, index, snapshot,
 * config, key and lock files, and the ways of Go that they follow (file modes, quoting, JSON, times).
 *
 * It does no input or output, waits for nothing, asks no clock and holds no keys; sealing and compression come
 * elsewhere. What it writes is byte for byte what restic writes for the same facts.
 *
 * Specification: restic's design document (doc/design.rst) and the program itself.
 *
 * Invariants: decode(encode(x)) = x; bytes that are no valid file end in an SG1005, SG1007 or SG1017, never in a crash and
 * never in a half-filled record; integers beyond 2^53 keep every digit.
 * @module
 */
export type {
  BlobType,
  Config,
  IndexedPack,
  IndexFile,
  KeyFile,
  Lock,
  Node,
  NodeType,
  NodeXattr,
  PackedBlob,
  RefusedNode,
  Snapshot,
  SnapshotSummary,
  Tree,
} from "./types.ts";
export { fileMode, isNodeType, permissionsOf, typeOfMode } from "./go_mode.ts";
export { goQuote, goUnquote } from "./go_quote.ts";
export { goJson, goString, JSON_BYTES_MAX, JSON_DEPTH_MAX, parseExact } from "./json.ts";
export { assertBearable } from "./json_scan.ts";
export { formatTime, parseTime, ZERO_TIME } from "./time.ts";
export { decodeNode, nameProblem, sameNode } from "./node.ts";
export { decodeTree, encodeTree, TreeBuilder, type TreePieces, type TreeReading } from "./tree.ts";
export {
  decodeHeader,
  encodeHeader,
  HEADER_ENTRY_BYTES_MAX,
  headerBytes,
  headerEntryBytes,
  PACK_BLOBS_MAX,
  PACK_TRAILER_BYTES,
  plainLength,
} from "./header.ts";
export { decodeIndex, encodeIndex, type IndexDraft, type ListedPack } from "./index_file.ts";
export { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
export { decodeConfig, encodeConfig } from "./config.ts";
export { decodeKey, encodeKey } from "./key.ts";
export { decodeLock, encodeLock } from "./lock.ts";
