// Copyright the SpareGrid authors. Apache-2.0.
import { crc32, deflateRawSync } from "node:zlib";
import { type BlobId, concatBytes, MIB, shownPath, utf8, utf8TextStrict } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { type Node, permissionsOf, type Tree } from "../format/mod.ts";
import { archiveEntries, type ArchiveOptions, leaveOut, typeBits, unixSeconds } from "./archive_walk.ts";
import { dumpFile } from "./dump_file.ts";
import type { DumpNeeds } from "./needs.ts";
import { inLargerParts } from "./pieces.ts";
import type { WalkedEntry } from "./snapshot_walk.ts";
import { centralEnd, centralEntry, dataDescriptor, localHeader, type ZipEntry } from "./zip_records.ts";

/** Files up to this size are compressed in one go, with their sizes in front. */
const WHOLE_BYTES_MAX = MIB;
/** Small files loaded ahead, at most. */
const AHEAD = 8;
/** Quick deflate: the stream goes over a network or to a drive that is about as fast. */
const LEVEL = 1;

/**
 * A tree as a zip archive (PKWARE APPNOTE 6.3), deflated, zip64 where needed, streamed. Links, permissions and times in
 * seconds are kept as Info-ZIP keeps them; several names of one file become copies; devices, fifos and sockets
 * are left out. Memory grows by some 100 bytes an entry, as zip's directory stands at the end.
 *
 * Names that are UTF-8 say so; others are stored as they are, without that mark. A backslash, and a colon in the second
 * place, become `%5C` and `%3A`: on Windows they would lead elsewhere.
 * Errors: SG1005, SG1028, SG1015 end the stream.
 */
export function zipTree(
  needs: DumpNeeds,
  root: BlobId | Tree,
  options: ArchiveOptions,
): AsyncGenerator<Uint8Array, void> {
  return inLargerParts(zipParts(needs, root, options));
}

async function* zipParts(
  needs: DumpNeeds,
  root: BlobId | Tree,
  options: ArchiveOptions,
): AsyncGenerator<Uint8Array, void> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  let directoryBytes = 0;
  for await (
    const { entry, content } of withContent(needs, archiveEntries(needs, root, options), options.signal)
  ) {
    const { type } = entry.node;
    if (type !== "file" && type !== "dir" && type !== "symlink") {
      leaveOut(entry, "zip", options);
      continue;
    }
    const zipped = zipEntry(entry, offset);
    for await (const bytes of entryBytes(needs, entry, content, zipped, options.signal)) {
      offset += bytes.length;
      yield bytes;
    }
    const record = centralEntry(zipped);
    directory.push(record);
    directoryBytes += record.length;
  }
  yield* directory;
  yield centralEnd(directory.length, offset, directoryBytes);
}

/** An entry; for a small file its content, being loaded. */
interface Loading {
  readonly entry: WalkedEntry;
  readonly content: Promise<Uint8Array> | undefined;
}

/** Begins to load small files some entries ahead. */
async function* withContent(
  needs: DumpNeeds,
  entries: AsyncIterable<WalkedEntry>,
  signal: AbortSignal,
): AsyncGenerator<Loading, void> {
  const queue: Loading[] = [];
  for await (const entry of entries) {
    const { node, path } = entry;
    const isSmall = node.type === "file" && node.size <= BigInt(WHOLE_BYTES_MAX);
    const content = isSmall ? wholeFile(needs, node, path, signal) : undefined;
    // Met when its turn comes; until then it must not count as unhandled.
    content?.catch(() => {});
    queue.push({ entry, content });
    if (queue.length > AHEAD) yield queue.shift()!;
  }
  yield* queue;
}

function zipEntry({ path, node }: WalkedEntry, offset: number): ZipEntry {
  const name = zipName(path.subarray(1), node.type === "dir");
  return {
    name,
    isUtf8: utf8TextStrict(name) !== undefined,
    mode: typeBits(node.type) | permissionsOf(node.mode),
    isFolder: node.type === "dir",
    mtime: Number(unixSeconds(node.mtime)),
    uid: node.uid,
    gid: node.gid,
    offset,
    streamed: false,
    large: node.type === "file" && node.size >= 0xf000_0000n,
    deflated: false,
    crc: 0,
    size: 0,
    packedSize: 0,
  };
}

/** Everything of an entry before the directory; fills in what only comes out meanwhile. */
async function* entryBytes(
  needs: DumpNeeds,
  { node, path }: WalkedEntry,
  loading: Promise<Uint8Array> | undefined,
  entry: ZipEntry,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  if (node.type === "file" && !loading) {
    yield* streamedFile(needs, node, path, entry, signal);
    return;
  }
  const content = node.type === "symlink"
    ? node.linkTarget ?? new Uint8Array()
    : await loading ?? new Uint8Array();
  const packed = node.type === "file" && content.length > 0
    ? deflateRawSync(content, { level: LEVEL })
    : content;
  entry.deflated = packed.length < content.length;
  const stored = entry.deflated ? packed : content;
  entry.crc = crc32(content);
  entry.size = content.length;
  entry.packedSize = stored.length;
  yield localHeader(entry);
  if (stored.length > 0) yield stored;
}

async function wholeFile(
  needs: DumpNeeds,
  node: Node,
  path: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of dumpFile(needs, node, signal)) {
    length += part.length;
    demandSize(path, node, length, false);
    parts.push(part);
  }
  demandSize(path, node, length, true);
  return parts.length === 1 ? parts[0]! : concatBytes(parts);
}

async function* streamedFile(
  needs: DumpNeeds,
  node: Node,
  path: Uint8Array,
  entry: ZipEntry,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  entry.streamed = true;
  entry.deflated = true;
  yield localHeader(entry);
  const counted = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for await (const part of dumpFile(needs, node, signal)) {
      entry.crc = crc32(part, entry.crc);
      entry.size += part.length;
      demandSize(path, node, entry.size, false);
      yield part as Uint8Array<ArrayBuffer>;
    }
  };
  const packed = ReadableStream.from(counted()).pipeThrough(new CompressionStream("deflate-raw"));
  for await (const bytes of packed) {
    entry.packedSize += bytes.length;
    yield bytes;
  }
  demandSize(path, node, entry.size, true);
  yield dataDescriptor(entry);
}

function demandSize(path: Uint8Array, node: Node, length: number, isAll: boolean): void {
  if (isAll ? BigInt(length) === node.size : BigInt(length) <= node.size) return;
  throw new SgError(
    "SG1005",
    `Cannot read ${shownPath(path)}: it does not have the ${node.size} bytes it should`,
  );
}

function zipName(path: Uint8Array, isFolder: boolean): Uint8Array {
  let name = path;
  if (path.includes(0x5c) || path[1] === 0x3a) {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < path.length; i++) {
      const byte = path[i]!;
      if (byte === 0x5c) parts.push(utf8("%5C"));
      else if (byte === 0x3a && i === 1) parts.push(utf8("%3A"));
      else parts.push(path.subarray(i, i + 1));
    }
    name = concatBytes(parts);
  }
  return isFolder ? concatBytes([name, utf8("/")]) : name;
}
