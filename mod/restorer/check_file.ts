// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import type { Fd, FileSystem } from "../platform/mod.ts";
import { failureOf } from "./failures.ts";
import type { CheckResult, FileCheck } from "./job.ts";
import type { JobFolders } from "./job_folders.ts";

/** Largest piece that is read at once, bytes. */
const READ_BYTES = 1024 * 1024;
let buffer = new Uint8Array(0);

/** Reads a file and says which of its blocks are as they should be. Never throws for what the file system says. */
export function checkFile(fs: FileSystem, folders: JobFolders, check: FileCheck): CheckResult {
  const equal = new Uint8Array(check.blocks.length);
  try {
    const fd = fs.openRead(folders.open(check.folder), check.name, { noAtime: true });
    try {
      const { kind, size } = fs.statFd(fd);
      if (kind !== "file") return { size: -1, equal, why: "it is not a regular file" };
      let at = check.offset;
      for (let i = 0; i < check.blocks.length; i++) {
        const { id, length } = check.blocks[i]!;
        if (at + length > size) break;
        if (hashAt(fs, fd, at, length) === id) equal[i] = 1;
        at += length;
      }
      return { size, equal, why: "" };
    } finally {
      fs.close(fd);
    }
  } catch (error) {
    return { size: -1, equal, why: failureOf(error).why };
  }
}

function hashAt(fs: FileSystem, fd: Fd, offset: number, length: number): string {
  if (buffer.length === 0) buffer = new Uint8Array(READ_BYTES);
  const hash = createHash("sha256");
  for (let at = 0; at < length;) {
    const piece = buffer.subarray(0, Math.min(buffer.length, length - at));
    const got = fs.readAt(fd, piece, offset + at);
    if (got === 0) break;
    hash.update(piece.subarray(0, got));
    at += got;
  }
  return hash.digest("hex");
}
