// Copyright the SpareGrid authors. Apache-2.0.
import {
  type BlobId,
  compareBytes,
  equalBytes,
  toBase64,
  utf8,
  utf8Text,
  utf8TextStrict,
} from "../base/mod.ts";
import type { JsonBytes } from "./_json_bytes.ts";
import {
  base64Of,
  countOf,
  damaged,
  type Fields,
  idOf,
  listOf,
  objectOf,
  shown,
  textOf,
  timeOf,
  u64Of,
} from "./_fields.ts";
import { isNodeType } from "./go_mode.ts";
import { goQuote, goUnquote } from "./go_quote.ts";
import { assertShallow, goJson, goString, goStringOfBytes } from "./json.ts";
import { timeText } from "./time.ts";
import type { Node, NodeXattr } from "./types.ts";

/** JSON texts of user and group names: a tree has few. Emptied when it has grown. */
const ownerTexts = new Map<string, string>();
const OWNER_TEXTS_MAX = 1024;

function ownerText(name: string): string {
  let text = ownerTexts.get(name);
  if (text === undefined) {
    if (ownerTexts.size >= OWNER_TEXTS_MAX) ownerTexts.clear();
    text = goString(name);
    ownerTexts.set(name, text);
  }
  return text;
}

/** What stands before and behind the values of a node, as bytes: they cost less than text. */
const NAME = utf8('{"name":');
const TYPE = utf8(',"type":"');
const MODE = utf8('","mode":');
const NO_MODE = utf8('"');
const MTIME = utf8(',"mtime":"');
const ATIME = utf8('","atime":"');
const CTIME = utf8('","ctime":"');
const UID = utf8('","uid":');
const GID = utf8(',"gid":');
const USER = utf8(',"user":');
const GROUP = utf8(',"group":');
const INODE = utf8(',"inode":');
const DEVICE_ID = utf8(',"device_id":');
const SIZE = utf8(',"size":');
const LINKS = utf8(',"links":');
const CONTENT = utf8(',"content":["');
const NEXT_CONTENT = utf8('","');
const CONTENT_END = utf8('"]');
const END = utf8("}");

/** Writes the JSON of a node, byte for byte as restic does: field order, omissions, escapes (repository-format.md, "Trees"). */
export function writeNode(out: JsonBytes, node: Node): void {
  out.bytes(NAME);
  if (!out.plainString(node.name)) out.text(goString(goQuote(node.name)));
  out.bytes(TYPE);
  out.text(node.type);
  if (node.mode === 0) out.bytes(NO_MODE);
  else writeCount(out, MODE, node.mode);
  writeTimes(out, node);
  writeCount(out, UID, node.uid);
  writeCount(out, GID, node.gid);
  if (node.user) writeOwner(out, USER, node.user);
  if (node.group) writeOwner(out, GROUP, node.group);
  if (node.inode !== 0n) writeBigCount(out, INODE, node.inode);
  if (node.deviceId !== 0n) writeBigCount(out, DEVICE_ID, node.deviceId);
  if (node.size !== 0n) writeBigCount(out, SIZE, node.size);
  if (node.links !== 0n) writeBigCount(out, LINKS, node.links);
  writeRareFields(out, node);
  writeContent(out, node.content);
  if (node.subtree) out.text(`,"subtree":"${node.subtree}"`);
  if (node.error) out.text(`,"error":${goString(node.error)}`);
  out.bytes(END);
}

function writeTimes(out: JsonBytes, { mtime, atime, ctime }: Node): void {
  out.bytes(MTIME);
  out.bytes(timeText(mtime));
  out.bytes(ATIME);
  out.bytes(timeText(atime));
  out.bytes(CTIME);
  out.bytes(timeText(ctime));
}

function writeCount(out: JsonBytes, key: Uint8Array, value: number): void {
  out.bytes(key);
  out.digits(value);
}

function writeBigCount(out: JsonBytes, key: Uint8Array, value: bigint): void {
  out.bytes(key);
  out.bigDigits(value);
}

function writeOwner(out: JsonBytes, key: Uint8Array, name: string): void {
  out.bytes(key);
  out.text(ownerText(name));
}

function writeContent(out: JsonBytes, content: readonly BlobId[] | null): void {
  if (!content) return out.text(',"content":null');
  if (content.length === 0) return out.text(',"content":[]');
  let before = CONTENT;
  for (const id of content) {
    out.bytes(before);
    out.text(id);
    before = NEXT_CONTENT;
  }
  out.bytes(CONTENT_END);
}

function writeRareFields(out: JsonBytes, { linkTarget, xattrs, generic, device }: Node): void {
  if (linkTarget && linkTarget.length > 0) out.text(linkTargetFields(linkTarget));
  if (xattrs && xattrs.length > 0) {
    out.text(`,"extended_attributes":[${xattrs.map(encodeXattr).join(",")}]`);
  }
  if (generic && Object.keys(generic).length > 0) {
    out.text(`,"generic_attributes":${genericText(generic)}`);
  }
  if (device !== 0n) out.text(`,"device":${device}`);
}

/** Go writes the keys of a map in the order of their bytes. */
function genericText(generic: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(generic).sort((a, b) => compareBytes(utf8(a), utf8(b)));
  return `{${names.map((name) => `${goString(name)}:${goJson(generic[name])}`).join(",")}}`;
}

/** The readable target, and the raw bytes where it is not UTF-8. */
function linkTargetFields(target: Uint8Array): string {
  const readable = `,"linktarget":${goStringOfBytes(target)}`;
  return utf8TextStrict(target) === undefined
    ? `${readable},"linktarget_raw":"${toBase64(target)}"`
    : readable;
}

function encodeXattr({ name, value }: NodeXattr): string {
  return `{"name":${goString(name)},"value":${value === null ? "null" : `"${toBase64(value)}"`}}`;
}

/**
 * A node from its parsed JSON; unknown fields are passed over. SG1005 for what cannot be a node. Names are not
 * judged here: see `nameProblem`.
 */
export function decodeNode(value: unknown, what: string): Node {
  const fields = objectOf(value, what);
  const { name: quoted, type } = fields;
  const name = typeof quoted === "string" ? goUnquote(quoted) : undefined;
  if (name === undefined) throw damaged(what, "the name of a node is not readable");
  if (!isNodeType(type)) throw damaged(what, `a node has the unknown type ${shown(type)}`);
  const mtime = timeOf(fields, "mtime", what);
  const node: Node = {
    name,
    type,
    mode: countOf(fields, "mode", what, 0xffff_ffff),
    mtime,
    atime: fields.atime === fields.mtime ? mtime : timeOf(fields, "atime", what),
    ctime: fields.ctime === fields.mtime ? mtime : timeOf(fields, "ctime", what),
    uid: countOf(fields, "uid", what, 0xffff_ffff),
    gid: countOf(fields, "gid", what, 0xffff_ffff),
    inode: u64Of(fields, "inode", what),
    deviceId: u64Of(fields, "device_id", what),
    size: u64Of(fields, "size", what),
    links: u64Of(fields, "links", what),
    device: u64Of(fields, "device", what),
    content: contentOf(fields, what),
  };
  decodeRareFields(node, fields, what);
  return node;
}

/** Fields that most nodes leave out. */
function decodeRareFields(node: Node, fields: Fields, what: string): void {
  const user = textOf(fields, "user", what, "");
  if (user) node.user = user;
  const group = textOf(fields, "group", what, "");
  if (group) node.group = group;
  if (fields.linktarget_raw !== undefined && fields.linktarget_raw !== null) {
    node.linkTarget = base64Of(fields.linktarget_raw, "linktarget_raw", what);
  } else if (fields.linktarget !== undefined) {
    node.linkTarget = utf8(textOf(fields, "linktarget", what, ""));
  }
  if (fields.extended_attributes !== undefined) {
    node.xattrs = listOf(fields, "extended_attributes", what).map((item) => decodeXattr(item, what));
  }
  if (fields.generic_attributes !== undefined && fields.generic_attributes !== null) {
    node.generic = objectOf(fields.generic_attributes, what);
    assertShallow(node.generic, what);
  }
  if (fields.subtree !== undefined && fields.subtree !== null) {
    node.subtree = idOf(fields.subtree, "subtree", what);
  }
  const error = textOf(fields, "error", what, "");
  if (error) node.error = error;
}

function contentOf(fields: Fields, what: string): BlobId[] | null {
  const { content } = fields;
  if (content === undefined || content === null) return null;
  if (!Array.isArray(content)) throw damaged(what, '"content" is no list');
  for (const id of content) idOf(id, "content", what);
  return content as BlobId[];
}

function decodeXattr(item: unknown, what: string): NodeXattr {
  const fields = objectOf(item, what);
  const value = fields.value ?? null;
  return {
    name: textOf(fields, "name", what, ""),
    value: value === null ? null : base64Of(value, "value", what),
  };
}

/** True when both nodes are written the same: every field that is encoded is equal. */
export function sameNode(a: Node, b: Node): boolean {
  return a === b || (
    a.mtime === b.mtime && a.ctime === b.ctime && a.inode === b.inode && a.size === b.size &&
    a.mode === b.mode &&
    a.type === b.type && a.atime === b.atime && a.uid === b.uid && a.gid === b.gid && a.links === b.links &&
    a.deviceId === b.deviceId && a.device === b.device && a.subtree === b.subtree &&
    (a.user ?? "") === (b.user ?? "") && (a.group ?? "") === (b.group ?? "") &&
    (a.error ?? "") === (b.error ?? "") &&
    equalBytes(a.name, b.name) && sameContent(a.content, b.content) &&
    sameBytes(a.linkTarget, b.linkTarget) &&
    sameXattrs(a.xattrs, b.xattrs) && sameGeneric(a.generic, b.generic)
  );
}

function sameContent(a: readonly BlobId[] | null, b: readonly BlobId[] | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && a.length === b.length && a.every((id, at) => id === b[at]);
}

const NO_BYTES = new Uint8Array(0);
const NO_GENERIC = {};

function sameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  return a === b || equalBytes(a ?? NO_BYTES, b ?? NO_BYTES);
}

function sameXattrs(a: readonly NodeXattr[] = [], b: readonly NodeXattr[] = []): boolean {
  return a === b || (a.length === b.length && a.every(({ name, value }, at) => {
    const other = b[at]!;
    return name === other.name && (value === null) === (other.value === null) &&
      sameBytes(value, other.value);
  }));
}

type Generic = Node["generic"];

function sameGeneric(a: Generic = NO_GENERIC, b: Generic = NO_GENERIC): boolean {
  return a === b || genericText(a) === genericText(b);
}

const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * Why a name must never be used as one component of a path, in a few words; undefined where it may. A hostile repository
 * could lead a restore outside its target with it.
 */
export function nameProblem(name: Uint8Array): string | undefined {
  if (name.length === 0) return "it is empty";
  if (name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT))) {
    return `it is "${utf8Text(name)}"`;
  }
  if (name.includes(SLASH)) return "it holds a slash";
  return name.includes(0) ? "it holds a NUL byte" : undefined;
}
