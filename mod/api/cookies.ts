// Copyright the SpareGrid authors. Apache-2.0.
// The session's cookie. Over TLS its name begins with `__Host-`, which browsers hold to this very host and to TLS; on
// loopback without TLS they would refuse that name.

const NAME = "sid";
/** No value of ours is longer. */
const CHARACTERS_MAX = 256;

/** The cookie's name on a connection. */
export function cookieName(secure: boolean): string {
  return secure ? `__Host-${NAME}` : NAME;
}

/** The cookie's value in a `Cookie` header; undefined where there is none, or where there are two. */
export function cookieIn(header: string | undefined, secure: boolean): string | undefined {
  const prefix = `${cookieName(secure)}=`;
  const values = (header ?? "").split(";").map((part) => part.trim())
    .filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length));
  const [value] = values;
  return values.length === 1 && value !== "" && value!.length <= CHARACTERS_MAX ? value : undefined;
}

/** The `Set-Cookie` header for a session that begins, or with null for one that ended. It lives until the browser ends. */
export function setCookie(value: string | null, secure: boolean): string {
  const rest = `Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return `${cookieName(secure)}=${value ?? ""}; ${rest}${value === null ? "; Max-Age=0" : ""}`;
}
