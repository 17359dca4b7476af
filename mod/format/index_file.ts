// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, type IndexId, type PackId, utf8 } from "../base/mod.ts";
import { countOf, damaged, idOf, listOf, objectOf, shown } from "./_fields.ts";
import { JsonBytes } from "./_json_bytes.ts";
import { jsonText, parseLoose } from "./json.ts";
import type { IndexedPack, IndexFile, PackedBlob } from "./types.ts";

const U32_MAX = 0xffff_ffff;

/** A pack that an index shall list. */
export interface ListedPack {
  readonly id: PackId;
  /** May be made one by one as they are asked for: as objects those of one pack are megabytes. */
  readonly blobs: Iterable<PackedBlob>;
}

/** An {@link IndexFile} to be written, whose packs may be made one by one. */
export interface IndexDraft {
  readonly packs: Iterable<ListedPack>;
  readonly supersedes?: readonly IndexId[];
}

/** The JSON of an index file. */
export function encodeIndex({ packs, supersedes = [] }: IndexDraft): Uint8Array<ArrayBuffer> {
  const out = new JsonBytes();
  out.text(supersedes.length > 0 ? `{"supersedes":${JSON.stringify(supersedes)},` : "{");
  let beforePack = '"packs":[';
  for (const { id, blobs } of packs) {
    out.text(`${beforePack}{"id":"${id}","blobs":[`);
    let before = BLOB;
    for (const blob of blobs) {
      out.bytes(before);
      writeBlob(out, blob);
      before = NEXT_BLOB;
    }
    out.text("]}");
    beforePack = ",";
  }
  out.text(beforePack === "," ? "]}\n" : `${beforePack}]}\n`);
  return out.finish();
}

/** What stands before the values of a blob, as bytes: they cost less than text. */
const BLOB = utf8('{"id":"');
const NEXT_BLOB = utf8(',{"id":"');
const TYPE = utf8('","type":"');
const OFFSET = utf8('","offset":');
const LENGTH = utf8(',"length":');
const UNCOMPRESSED_LENGTH = utf8(',"uncompressed_length":');

function writeBlob(out: JsonBytes, { id, type, offset, length, uncompressedLength }: PackedBlob): void {
  out.text(id);
  out.bytes(TYPE);
  out.text(type);
  out.bytes(OFFSET);
  out.digits(offset);
  out.bytes(LENGTH);
  out.digits(length);
  if (uncompressedLength > 0) {
    out.bytes(UNCOMPRESSED_LENGTH);
    out.digits(uncompressedLength);
  }
  out.text("}");
}

/** An index file from its JSON. SG1005, naming `what`, for what cannot be one. */
export function decodeIndex(bytes: Uint8Array, what = "index"): IndexFile {
  const fields = objectOf(parseLoose(jsonText(bytes, what), what), what);
  const packs = listOf(fields, "packs", what).map((pack) => decodePack(pack, what));
  const supersedes = listOf(fields, "supersedes", what).map((id) => idOf<IndexId>(id, "supersedes", what));
  return supersedes.length > 0 ? { packs, supersedes } : { packs };
}

function decodePack(value: unknown, what: string): IndexedPack {
  const fields = objectOf(value, what);
  const blobs = listOf(fields, "blobs", what).map((blob) => decodeBlob(blob, what));
  return { id: idOf<PackId>(fields.id, "id", what), blobs };
}

function decodeBlob(value: unknown, what: string): PackedBlob {
  const fields = objectOf(value, what);
  const { type } = fields;
  if (type !== "data" && type !== "tree") {
    throw damaged(what, `a blob has the unknown type ${shown(type)}`);
  }
  const length = countOf(fields, "length", what, U32_MAX);
  const offset = countOf(fields, "offset", what, U32_MAX);
  if (offset + length > U32_MAX) throw damaged(what, "a blob ends beyond any pack");
  return {
    id: idOf<BlobId>(fields.id, "id", what),
    type,
    offset,
    length,
    uncompressedLength: countOf(fields, "uncompressed_length", what, U32_MAX),
  };
}
