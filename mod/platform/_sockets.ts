// Copyright the SpareGrid authors. Apache-2.0.
import type { PosixSymbols } from "./_libc.ts";
import { loadNative } from "./_native.ts";

/** One side of a connection. */
export interface SocketPlace {
  readonly hostname: string;
  readonly port: number;
}

const SHUT_RDWR = 2;
/** Larger than any socket's address, bytes. */
const ADDRESS_BYTES = 128;
const AF_INET = 2;
const AF_INET6 = Deno.build.os === "darwin" ? 30 : 10;

/**
 * Ends the connection between `local` and `remote` at once, whatever is unsent: both sides see its end. The runtime keeps
 * a TLS connection that it was told to close until its handshake is over and all is sent, which a hostile client
 * never lets happen. Nothing happens where the C library cannot be reached, or the connection is gone.
 */
export function endSocket(local: SocketPlace, remote: SocketPlace): void {
  const c = loadNative()?.c;
  const fd = c && descriptorOf(c, local, remote);
  if (fd !== undefined) c!.shutdown(fd, SHUT_RDWR);
}

/**
 * How many bytes went over the connection between `local` and `remote`, counted from anywhere: those that the other side
 * confirmed, and on Linux those that came. Undefined where the system does not tell, or the connection is gone.
 */
export function movedBytes(local: SocketPlace, remote: SocketPlace): number | undefined {
  const c = loadNative()?.c;
  const fd = c && descriptorOf(c, local, remote);
  if (fd === undefined) return undefined;
  const { level, name, bytes, read } = Deno.build.os === "darwin" ? UNSENT_ON_MACOS : MOVED_ON_LINUX;
  const value = new Uint8Array(bytes);
  const length = new Uint32Array([bytes]);
  if (c!.getsockopt(fd, level, name, value, new Uint8Array(length.buffer)) !== 0) return undefined;
  return length[0] === bytes ? read(new DataView(value.buffer)) : undefined;
}

/** struct tcp_info of linux/tcp.h up to tcpi_bytes_acked and tcpi_bytes_received (Linux 4.2). */
const MOVED_ON_LINUX = {
  ...{ level: 6, name: 11, bytes: 136 },
  read: (value: DataView) => Number(value.getBigUint64(120, true) + value.getBigUint64(128, true)),
};
/** SO_NWRITE of sys/socket.h: what lies in the send buffer, and goes down. */
const UNSENT_ON_MACOS = {
  ...{ level: 0xffff, name: 0x1024, bytes: 4 },
  read: (value: DataView) => -value.getInt32(0, true),
};

/** The descriptors of this process's connections by {@link placesOf}, as of the last look at all. */
let known = new Map<string, number>();

/**
 * The descriptor of a connection, which the runtime does not show: so it is looked for by its addresses. One look at all
 * descriptors serves a server's thousand connections; what it found may be another's by now, and is asked again.
 */
function descriptorOf(c: PosixSymbols, local: SocketPlace, remote: SocketPlace): number | undefined {
  const places = `${local.port} ${addressBytes(local.hostname)} ${remote.port} ${
    addressBytes(remote.hostname)
  }`;
  const fd = known.get(places);
  if (fd !== undefined && placesOf(c, fd) === places) return fd;
  known = new Map();
  for (const { name } of Deno.readDirSync("/dev/fd")) {
    const found = placesOf(c, Number(name));
    if (found !== undefined) known.set(found, Number(name));
  }
  return known.get(places);
}

/** Both ends of the connection behind a descriptor; undefined where it is none. */
function placesOf(c: PosixSymbols, fd: number): string | undefined {
  const remote = placeOf(c.getpeername, fd);
  const local = remote && placeOf(c.getsockname, fd);
  return local && `${local} ${remote}`;
}

type Asks = (
  fd: number,
  address: Uint8Array<ArrayBuffer>,
  length: Uint8Array<ArrayBuffer>,
) => number;

/** Port and address of one end. */
function placeOf(call: Asks, fd: number): string | undefined {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  const length = new Uint8Array(new Uint32Array([ADDRESS_BYTES]).buffer);
  if (call(fd, bytes, length) !== 0) return undefined;
  // Linux has 16 bits for the family; macOS has the length in the first 8 of them.
  const family = Deno.build.os === "darwin" ? bytes[1] : bytes[0];
  const port = bytes[2]! * 256 + bytes[3]!;
  if (family === AF_INET) return `${port} ${mapped(bytes.subarray(4, 8)).toHex()}`;
  if (family === AF_INET6) return `${port} ${bytes.subarray(8, 24).toHex()}`;
  return undefined;
}

/** The 16 bytes of an address as text, as the runtime writes them, in hexadecimal. */
export function addressBytes(text: string): string {
  const dotted = /(?:^|:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted) return mapped(Uint8Array.from(dotted.slice(1).map(Number))).toHex();
  const [head = "", tail] = text.replace(/%.*$/, "").split("::");
  const groups = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => group.padStart(4, "0").toLowerCase());
  const [before, behind] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - behind.length) }, () => "0000");
  return [...before, ...zeros, ...behind].join("");
}

/** An address of IPv4 in the clothes of IPv6. */
function mapped(four: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.fill(0xff, 10, 12);
  bytes.set(four, 12);
  return bytes;
}
