// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { type BlobId, concatBytes, fromHex, type PackId, utf8 } from "../../mod/base/mod.ts";
import { Compressor } from "../../mod/compress/mod.ts";
import { sha256 } from "../../mod/crypto/mod.ts";
import { type BlobType, encodeHeader, encodeIndex, type PackedBlob } from "../../mod/format/mod.ts";
import type { Repository } from "../../mod/repository/mod.ts";

/** Content that is small as stored and large as read: a start, a middle many times, an end. */
export interface Bomb {
  readonly start: string;
  readonly middle: string;
  readonly times: number;
  readonly end: string;
}

const compressor = new Compressor("auto");

function frameOf(plain: Uint8Array): Uint8Array {
  const into = new Uint8Array(compressor.bound(plain.length));
  return into.slice(0, compressor.compress(plain, into));
}

/** The bomb's content as zstd frames, its hash and its length; it is never in memory as a whole. */
function wound({ start, middle, times, end }: Bomb): { frames: Uint8Array; id: BlobId; length: number } {
  const parts = [utf8(start), utf8(middle), utf8(end)] as const;
  const perPiece = Math.max(1, Math.floor(2 ** 20 / parts[1].length));
  const piece = concatBytes(Array.from({ length: perPiece }, () => parts[1]));
  const hash = createHash("sha256").update(parts[0]);
  const pieces = Math.ceil(times / perPiece);
  for (let i = 0; i < pieces; i++) hash.update(piece);
  const id = hash.update(parts[2]).digest("hex") as BlobId;
  const [first, each, last] = [frameOf(parts[0]), frameOf(piece), frameOf(parts[2])];
  const frames = concatBytes([first, ...Array.from({ length: pieces }, () => each), last]);
  return { frames, id, length: parts[0].length + pieces * piece.length + parts[2].length };
}

/** Stores the bomb as the one blob of a pack, listed in an index. */
export async function plantBlob(repository: Repository, type: BlobType, bomb: Bomb): Promise<BlobId> {
  const { frames, id, length } = wound(bomb);
  await plantPack(repository, { id, type, offset: 0, length: 0, uncompressedLength: length }, frames);
  return id;
}

/** Stores bytes as the one blob of a pack, whatever they are; the index says of it what `blob` says. */
export async function plantPack(repository: Repository, blob: PackedBlob, plain: Uint8Array): Promise<void> {
  const { sealer } = repository.files;
  const sealed = sealer.seal(plain);
  const listed = { ...blob, length: sealed.length };
  const header = sealer.seal(encodeHeader([listed]));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const pack = concatBytes([sealed, header, length]);
  const name = sha256(pack).toHex();
  await repository.storage.save({ type: "data", name }, pack);
  await repository.files.save("index", encodeIndex({ packs: [{ id: name as PackId, blobs: [listed] }] }));
}

/** Stores the bomb as the JSON of a sealed file. */
export async function plantFile(
  repository: Repository,
  type: "index" | "snapshots" | "locks",
  bomb: Bomb,
): Promise<string> {
  const sealed = repository.files.sealer.seal(concatBytes([Uint8Array.of(2), wound(bomb).frames])).slice();
  const name = sha256(sealed).toHex();
  await repository.storage.save({ type, name }, sealed);
  return name;
}

/** Stores a snapshot that names this tree, whether it can be read or not. */
export async function plantSnapshot(
  repository: Repository,
  tree: BlobId,
  time = "2030-01-01T00:00:00Z",
): Promise<void> {
  fromHex(tree);
  await repository.files.save(
    "snapshots",
    utf8(JSON.stringify({ time, tree, paths: ["/"], hostname: "host" })),
  );
}
