// Copyright the SpareGrid authors. Apache-2.0.

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/**
 * True for a `Host` header that names this service: an address, which a page of another name cannot have (DNS rebinding),
 * `localhost`, or one of `names`, in any case and without ports.
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const host = /^([^:[\]]+|\[[^\]]*\])(?::\d{1,5})?$/.exec((header ?? "").toLowerCase())?.[1];
  if (host === undefined) return false;
  return ADDRESS.test(host) || host === "localhost" || names.some((name) => name.toLowerCase() === host);
}
