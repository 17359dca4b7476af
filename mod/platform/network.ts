// Copyright the SpareGrid authors. Apache-2.0.

/** The addresses of this machine that others can reach: those of its interfaces but loopback and link-local ones. */
export function machineAddresses(): string[] {
  try {
    const addresses = Deno.networkInterfaces().map(({ address }) => address.replace(/%.*$/, ""));
    return [
      ...new Set(addresses.filter((address) => !/^(?:127\.|169\.254\.|::1$|fe[89ab]|::$)/i.test(address))),
    ];
  } catch {
    return []; // the system does not tell
  }
}
