// Copyright the SpareGrid authors. Apache-2.0.
// What is shown stands in the address, behind the `#`: reload, back and forward bring it back. Browsers do not send that part.

/** A path inside a snapshot: as text, and as bytes where it is not UTF-8. */
/** @typedef {{ text: string, base64?: string }} Path */
/**
 * @typedef {{ name: "overview" } | { name: "you" } | { name: "set", set: string }
 *   | { name: "folder", set: string, snapshot: string, path: Path }} Route
 */

/**
 * The folder above all. It has no name of its own.
 * @type {Path}
 */
export const TOP = { text: "/" };

/**
 * The route of an address's part behind the `#`; the overview where it is none.
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const [place = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  try {
    const [, kind, set, snapshot] = place.split("/").map(decodeURIComponent);
    if (kind === "you" && set === undefined) return { name: "you" };
    if (kind === "set" && set) {
      if (!snapshot) return { name: "set", set };
      const values = new URLSearchParams(query);
      const base64 = values.get("bytes");
      const path = { text: values.get("path") ?? "/", ...(base64 === null ? {} : { base64 }) };
      return { name: "folder", set, snapshot, path };
    }
  } catch {
    // No address of ours.
  }
  return { name: "overview" };
}

/**
 * The address of a route, for links.
 * @param {Route} route
 */
export function addressOf(route) {
  if (route.name === "overview") return "#/";
  if (route.name === "you") return "#/you";
  const set = `#/set/${encodeURIComponent(route.set)}`;
  if (route.name === "set") return set;
  const { text, base64 } = route.path;
  const values = new URLSearchParams({ path: text, ...(base64 === undefined ? {} : { bytes: base64 }) });
  return `${set}/${encodeURIComponent(route.snapshot)}?${values}`;
}

/**
 * The path as the API takes it.
 * @param {Path} path
 * @returns {import("./documents.js").PathInput}
 */
export function pathInput({ text, base64 }) {
  return base64 === undefined ? { text } : { base64 };
}

/** Leaves a byte order mark where it is: it is part of a name. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The folders above and the path itself, from the top down, each with its own name.
 * @param {Path} path
 * @returns {{ name: string, path: Path }[]}
 */
export function foldersTo(path) {
  const bytes = path.base64 === undefined ? new TextEncoder().encode(path.text) : bytesOf(path.base64);
  const ends = [...bytes.keys()].filter((at) => at > 0 && (bytes[at] === 0x2f || at === bytes.length - 1))
    .map((at) => bytes[at] === 0x2f ? at : at + 1);
  let start = 1;
  return [
    { name: "All files", path: TOP },
    ...ends.map((end) => {
      const name = UTF8.decode(bytes.subarray(start, end));
      start = end + 1;
      return { name, path: pathOf(bytes.subarray(0, end)) };
    }),
  ];
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Path}
 */
function pathOf(bytes) {
  const text = UTF8.decode(bytes);
  const isText = new TextEncoder().encode(text).every((byte, at) => byte === bytes[at]);
  return isText ? { text } : { text, base64: btoa(String.fromCharCode(...bytes)) };
}

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
