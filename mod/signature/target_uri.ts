// Copyright the SpareGrid authors. Apache-2.0.

/**
 * The URI that a request is for, as it is signed (`@target-uri`): from the `Host` header and the target of the request's
 * first line, which begins with a slash. The scheme's own port is left out, as clients leave it out.
 */
export function targetUri(secure: boolean, host: string, target: string): string {
  const [scheme, port] = secure ? ["https", ":443"] : ["http", ":80"];
  const name = host.toLowerCase();
  return `${scheme}://${name.endsWith(port!) ? name.slice(0, -port!.length) : name}${target}`;
}
