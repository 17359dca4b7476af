// Copyright the SpareGrid authors. Apache-2.0.
// Where destinations and the repositories in them are, as addresses.
import { utf8, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { absolutePath, cleanComponents } from "../source/mod.ts";
import { type Location, parseLocation } from "../storage/mod.ts";
import { CONTROL, pathOf, refused, shown } from "./fields.ts";
import type { Destination } from "./records.ts";

/** The backup port over TLS. */
const SERVER_PORT = 32007;
const SLUG_LETTERS_MAX = 64;
const REPOSITORY_BYTES_MAX = 512;
const SLUG = /^[a-z0-9_-][a-z0-9._-]{0,63}$/;

/** A folder of this machine, absolute and without `.` and `..`. SG1040. */
export function folderPlace(folder: string): string {
  if (CONTROL.test(folder)) throw refused("folder", "it holds a control character");
  const path = utf8Text(absolutePath(cleanComponents(utf8(pathOf("folder", folder)))));
  if (path === "/") throw refused("folder", "the root folder cannot be a destination");
  return path;
}

/** The address of a REST server: no user name, no secret, a slash at its end. SG0132. */
export function restPlace(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fits = url && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "" &&
    url.search === "" && url.hash === "";
  if (!fits) throw notAnAddress("it must be an http:// or https:// URL without ? and # part", "url");
  if (url.username !== "" || url.password !== "") {
    throw notAnAddress("user name and password belong in fields of their own", "url");
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/** The address of a SpareGrid server from `HOST` or `HOST:PORT`: `https://HOST:PORT`. SG0132. */
export function serverPlace(address: string): string {
  const text = address.trim();
  const whole = /^https:\/\//.test(text) ? text : `https://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!url || url.hostname === "" || url.pathname !== "/" || url.search + url.hash + url.username !== "") {
    throw notAnAddress("it must be HOST or HOST:PORT", "address");
  }
  // A port that is the scheme's own does not show in the URL, but was meant if it was written.
  const port = url.port || (/:443\/?$/.test(text) ? "443" : String(SERVER_PORT));
  return `https://${url.hostname}:${port}`;
}

/** A path below a destination's place; empty means the place itself. SG1040. */
export function repositoryPath(kind: Destination["kind"], value: string): string {
  const field = "destinations.repository";
  if (kind === "server") {
    if (!SLUG.test(value)) throw refused(field, `${shown(value)} cannot be a repository at a server`);
    return value;
  }
  const parts = value.split("/").filter((part) => part !== "");
  const bad =
    parts.some((part) => part === "." || part === ".." || part.includes("\\") || CONTROL.test(part)) ||
    value.startsWith("/");
  if (bad || !value.isWellFormed() || utf8(value).length > REPOSITORY_BYTES_MAX) {
    throw refused(field, `${shown(value)} is not a path below the destination`);
  }
  return parts.join("/");
}

/** Where a repository lies, without any secret. */
export function locationOf(
  destination: Pick<Destination, "kind" | "place" | "account">,
  repository: string,
): Location {
  const { kind, place, account } = destination;
  if (kind === "folder") {
    return { kind: "local", path: repository === "" ? place : `${place}/${repository}` };
  }
  const parts = repository.split("/").filter((part) => part !== "").map(encodeURIComponent);
  const base = kind === "server" ? `${place}/${encodeURIComponent(account ?? "")}/` : place;
  const location = parseLocation(`rest:${base}${parts.map((part) => `${part}/`).join("")}`);
  return account === undefined ? location : { ...location, username: account } as Location;
}

/** A name for a set's repositories out of the set's name: `[a-z0-9._-]{1,64}`, no leading dot, none of `taken`. */
export function slugOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "").slice(0, SLUG_LETTERS_MAX).replace(/[.-]+$/, "") || "set";
  for (let number = 1;; number++) {
    const tail = number === 1 ? "" : `-${number}`;
    const slug = `${plain.slice(0, SLUG_LETTERS_MAX - tail.length)}${tail}`;
    if (!taken.has(slug)) return slug;
  }
}

function notAnAddress(why: string, field: string): SgError {
  return new SgError("SG0132", `Cannot use the address: ${why}`, { context: { field } });
}
