// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** A folder on this machine. */
export interface LocalLocation {
  readonly kind: "local";
  readonly path: string;
}

/** A repository behind a server that speaks restic's REST protocol. */
export interface RestLocation {
  readonly kind: "rest";
  /** Without user name and password; the path ends with a slash. */
  readonly url: URL;
  readonly username?: string;
  readonly password?: string;
}

/** A parsed repository address. */
export type Location = LocalLocation | RestLocation;

/**
 * Parses a repository address as the user writes it: `/path`, `local:/path`, `rest:http://host:port/path/` or
 * `rest:https://user:password@host:port/path/`. The path may be relative. Throws SG1008; the message never shows
 * more of the address than its scheme, since what is wrong may be a password.
 */
export function parseLocation(text: string): Location {
  if (text.startsWith("rest:")) return parseRest(text.slice("rest:".length));
  const path = text.startsWith("local:") ? text.slice("local:".length) : text;
  if (path === "" || path.includes("\0")) {
    throw new SgError("SG1008", "Cannot use the repository address: its path is empty or not valid");
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(path)?.[1];
  if (scheme !== undefined && path === text) {
    throw new SgError(
      "SG1008",
      `Cannot use the repository address: ${scheme}: is not supported (a folder of that name: local:${scheme}:...)`,
    );
  }
  return { kind: "local", path };
}

function parseRest(address: string): RestLocation {
  if (!URL.canParse(address)) {
    throw new SgError("SG1008", "Cannot use the repository address: what follows rest: is not a valid URL");
  }
  const url = new URL(address);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SgError("SG1008", "Cannot use the repository address: rest: needs an http:// or https:// URL");
  }
  if (url.search !== "" || url.hash !== "") {
    throw new SgError("SG1008", "Cannot use the repository address: a rest: URL has no ? and no # part");
  }
  const username = decodePart(url.username);
  const password = decodePart(url.password);
  url.username = "";
  url.password = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return {
    kind: "rest",
    url,
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
  };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SgError(
      "SG1008",
      "Cannot use the repository address: a % in user name or password must be written %25",
    );
  }
}

/** The address for people, without any secret; {@link parseLocation} reads it back. */
export function showLocation(location: Location): string {
  if (location.kind === "rest") return `rest:${location.url.href}`;
  return /^[A-Za-z][A-Za-z0-9+.-]+:/.test(location.path) ? `local:${location.path}` : location.path;
}
