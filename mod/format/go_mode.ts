// Copyright the SpareGrid authors. Apache-2.0.
import type { NodeType } from "./types.ts";

/** Go's FileMode bits above the nine permission bits (os.FileMode; repository-format.md, "Trees"). */
const DIR = 2 ** 31;
const SYMLINK = 1 << 27;
const DEVICE = 1 << 26;
const FIFO = 1 << 25;
const SOCKET = 1 << 24;
const SETUID = 1 << 23;
const SETGID = 1 << 22;
const CHARDEV = 1 << 21;
const STICKY = 1 << 20;
const IRREGULAR = 1 << 19;

const TYPE_BITS: Readonly<Record<NodeType, number>> = {
  file: 0,
  dir: DIR,
  symlink: SYMLINK,
  dev: DEVICE,
  chardev: DEVICE + CHARDEV,
  fifo: FIFO,
  socket: SOCKET,
  irregular: IRREGULAR,
};

/** True when `text` is a node type of the format. */
export function isNodeType(text: unknown): text is NodeType {
  return typeof text === "string" && Object.hasOwn(TYPE_BITS, text);
}

/** Go's FileMode of a node from its type and POSIX permissions (0 to 0o7777); unsigned. */
export function fileMode(type: NodeType, permissions: number): number {
  let mode = TYPE_BITS[type] + (permissions & 0o777);
  if ((permissions & 0o7000) === 0) return mode;
  if (permissions & 0o4000) mode += SETUID;
  if (permissions & 0o2000) mode += SETGID;
  if (permissions & 0o1000) mode += STICKY;
  return mode;
}

/** POSIX permissions (0 to 0o7777, set-id and sticky bits included) of a Go FileMode. */
export function permissionsOf(mode: number): number {
  let permissions = mode & 0o777;
  if (mode & SETUID) permissions |= 0o4000;
  if (mode & SETGID) permissions |= 0o2000;
  if (mode & STICKY) permissions |= 0o1000;
  return permissions;
}

/** The node type that a Go FileMode's type bits say; a node's `type` field wins where they differ. */
export function typeOfMode(mode: number): NodeType {
  if (mode >= DIR) return "dir";
  if (mode & SYMLINK) return "symlink";
  if (mode & DEVICE) return mode & CHARDEV ? "chardev" : "dev";
  if (mode & FIFO) return "fifo";
  if (mode & SOCKET) return "socket";
  return mode & IRREGULAR ? "irregular" : "file";
}
