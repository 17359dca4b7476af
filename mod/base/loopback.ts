// Copyright the SpareGrid authors. Apache-2.0.

/** True for an address on this machine's own loopback, also one of IPv4 as IPv6 writes it. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, "").toLowerCase();
  return plain === "::1" || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}
