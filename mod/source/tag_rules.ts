// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes, utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Fd, FileSystem } from "../platform/mod.ts";

/** A file whose presence makes the rest of its folder be left out; the file itself is kept as the reason. */
export interface TagRule {
  readonly name: Uint8Array;
  /** The file must begin with these bytes; empty: its presence is enough. */
  readonly header: Uint8Array;
}

/** The rule of `--exclude-caches` (Cache Directory Tagging Specification). */
export const CACHE_TAG: TagRule = {
  name: utf8("CACHEDIR.TAG"),
  header: utf8("Signature: 8a477f597d28d172789f06886806bc55"),
};

/** Reads `NAME` or `NAME:HEADER`. @throws {SgError} SG1008 when there is no name, or it holds a slash. */
export function parseTagRule(text: string): TagRule {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  if (name === "" || name.includes("/") || name.includes("\0")) {
    throw new SgError(
      "SG1008",
      `Cannot use --exclude-if-present ${JSON.stringify(text)}: it must begin with a file name`,
    );
  }
  return { name: utf8(name), header: utf8(colon < 0 ? "" : text.slice(colon + 1)) };
}

/**
 * True when the tag file, which is in the folder, begins as the rule asks. What cannot be read does not count as a
 * tag: rather back up too much than too little.
 */
export function tagHolds(fs: FileSystem, folder: Fd, rule: TagRule): boolean {
  if (rule.header.length === 0) return true;
  let fd: Fd;
  try {
    fd = fs.openRead(folder, rule.name);
  } catch {
    return false;
  }
  try {
    const found = new Uint8Array(rule.header.length);
    return fs.statFd(fd).kind === "file" && fs.readAt(fd, found, 0) === found.length &&
      equalBytes(found, rule.header);
  } catch {
    return false;
  } finally {
    fs.close(fd);
  }
}
