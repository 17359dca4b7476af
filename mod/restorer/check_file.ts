// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { MIB } from "../base/mod.ts";
import type { DataRegion, Fd, FileSystem, Stat } from "../platform/mod.ts";
import { failureOf } from "./failures.ts";
import type { CheckResult, FileCheck } from "./job.ts";
import type { JobFolders } from "./job_folders.ts";
import type { ZeroBlobs } from "./zero_blobs.ts";

/** Largest piece that is read at once, bytes. */
const READ_BYTES = MIB;
/** Holes of smaller files are read like everything else. */
const HOLES_BYTES_MIN = MIB;
let buffer = new Uint8Array(0);

/** Reads a file and says which of its blocks are as they should be. Never throws for what the file system says. */
export function checkFile(
  fs: FileSystem,
  folders: JobFolders,
  zeros: ZeroBlobs,
  check: FileCheck,
): CheckResult {
  const equal = new Uint8Array(check.blocks.length);
  try {
    const fd = fs.openRead(folders.open(check.folder), check.name, { noAtime: true });
    try {
      const stat = fs.statFd(fd);
      if (stat.kind !== "file") return { size: -1, equal, why: "it is not a regular file" };
      const regions = new Regions(regionsOf(fs, fd, stat, check));
      let at = check.offset;
      for (let i = 0; i < check.blocks.length; i++) {
        const { id, length } = check.blocks[i]!;
        if (at + length > stat.size) break;
        // Nothing is stored there, so it reads as zeros: no need to read gigabytes of them.
        const found = regions.isHole(at, at + length) ? zeros.idOf(length) : hashAt(fs, fd, at, length);
        if (found === id) equal[i] = 1;
        at += length;
      }
      return { size: stat.size, equal, why: "" };
    } finally {
      fs.close(fd);
    }
  } catch (error) {
    return { size: -1, equal, why: failureOf(error).why };
  }
}

/** Where the part of the file that is checked holds data; undefined where it is not worth the asking. */
function regionsOf(fs: FileSystem, fd: Fd, stat: Stat, check: FileCheck): readonly DataRegion[] | undefined {
  if (stat.size < HOLES_BYTES_MIN || stat.allocated >= stat.size) return undefined;
  let end = check.offset;
  for (const { length } of check.blocks) end += length;
  return fs.dataRegions(fd, Math.min(end, stat.size), check.offset);
}

/** Runs of data, asked about from front to back. */
class Regions {
  readonly #regions: readonly DataRegion[] | undefined;
  #next = 0;

  constructor(regions: readonly DataRegion[] | undefined) {
    this.#regions = regions;
  }

  /** True when nothing is stored from `from` to `to`. `from` never goes back. */
  isHole(from: number, to: number): boolean {
    const regions = this.#regions;
    if (!regions) return false;
    for (; this.#next < regions.length; this.#next++) {
      const { offset, length } = regions[this.#next]!;
      if (offset + length > from) return offset >= to;
    }
    return true;
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
