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
  for (const fd of descriptors(c, local, remote)) c!.shutdown(fd, SHUT_RDWR);
}

/**
 * How many bytes went over the connection between `local` and `remote`, counted from anywhere: those that the other side
 * confirmed, and on Linux those that came. Undefined where the system does not tell, or the connection is gone.
 */
export function movedBytes(local: SocketPlace, remote: SocketPlace): number | undefined {
  const c = loadNative()?.c;
  for (const fd of descriptors(c, local, remote)) {
    const { level, name, bytes, read } = Deno.build.os === "darwin" ? UNSENT_ON_MACOS : MOVED_ON_LINUX;
    const value = new Uint8Array(bytes);
    const length = new Uint32Array([bytes]);
    if (c!.getsockopt(fd, level, name, value, new Uint8Array(length.buffer)) !== 0) continue;
    if (length[0] === bytes) return read(new DataView(value.buffer));
  }
  return undefined;
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

/** The descriptors of a connection, which the runtime does not show: so they are looked for by its addresses. */
function* descriptors(
  c: PosixSymbols | undefined,
  local: SocketPlace,
  remote: SocketPlace,
): Generator<number> {
  if (c === undefined) return;
  const [here, there] = [addressBytes(local.hostname), addressBytes(remote.hostname)];
  const isPlace = (call: Asks, fd: number, { port }: SocketPlace, address: string) => {
    const found = placeOf(call, fd);
    return found?.port === port && found.address === address;
  };
  for (const { name } of Deno.readDirSync("/dev/fd")) {
    const fd = Number(name);
    if (isPlace(c.getpeername, fd, remote, there) && isPlace(c.getsockname, fd, local, here)) yield fd;
  }
}

type Asks = (
  fd: number,
  address: Uint8Array<ArrayBuffer>,
  length: Uint8Array<ArrayBuffer>,
) => number;

function placeOf(call: Asks, fd: number): { address: string; port: number } | undefined {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  const length = new Uint8Array(new Uint32Array([ADDRESS_BYTES]).buffer);
  if (call(fd, bytes, length) !== 0) return undefined;
  // Linux has 16 bits for the family; macOS has the length in the first 8 of them.
  const family = Deno.build.os === "darwin" ? bytes[1] : bytes[0];
  const port = bytes[2]! * 256 + bytes[3]!;
  if (family === AF_INET) return { port, address: mapped(bytes.subarray(4, 8)).toHex() };
  if (family === AF_INET6) return { port, address: bytes.subarray(8, 24).toHex() };
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
