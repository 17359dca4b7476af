// Copyright the SpareGrid authors. Apache-2.0.
import type { Instant } from "../base/mod.ts";
import type { Stat } from "./file_system.ts";
import { kindOfMode } from "./_posix.ts";

/** The 32-bit words that fields are read from: nlink to the device's minor number. */
const WORDS_START = 4;
const WORDS_END = 36;

/**
 * A `struct statx` (linux/stat.h; one layout on all processors) that the kernel fills again and again.
 *
 * | offset | field | | offset | field |
 * |---|---|---|---|---|
 * | 16 | u32 nlink | | 64 | atime: i64 seconds, u32 nanoseconds |
 * | 20, 24 | u32 uid, gid | | 96 | ctime |
 * | 28 | u16 mode | | 112 | mtime |
 * | 32 | u64 ino | | 128, 132 | u32 rdev major, minor |
 * | 40, 48 | u64 size, blocks of 512 bytes | | 136, 140 | u32 dev major, minor |
 */
export class StatxRecord {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  readonly #u32 = new Uint32Array(this.bytes.buffer);
  readonly #i32 = new Int32Array(this.bytes.buffer);
  readonly #u64 = new BigUint64Array(this.bytes.buffer);
  // All entries of a folder lie on one device as a rule: its bigint is made once.
  #dev = 0n;
  #devMajor = 0;
  #devMinor = 0;
  // Before and after it is read, a file is asked for the same again.
  readonly #decoded = new Uint32Array(WORDS_END);
  #stat: Stat | undefined;

  /** What the record holds now; the same object as the last time where nothing differs. */
  decode(): Stat {
    if (!this.#stat || !this.#sameAsDecoded()) {
      this.#stat = this.#decode();
      for (let word = WORDS_START; word < WORDS_END; word++) this.#decoded[word] = this.#u32[word]!;
    }
    return this.#stat;
  }

  #sameAsDecoded(): boolean {
    const u32 = this.#u32, decoded = this.#decoded;
    for (let word = WORDS_START; word < WORDS_END; word++) if (u32[word] !== decoded[word]) return false;
    return true;
  }

  #decode(): Stat {
    const u32 = this.#u32;
    const mode = u32[7]! & 0xffff;
    const mtime = this.#instant(28);
    return {
      kind: kindOfMode(mode),
      permissions: mode & 0o7777,
      dev: this.#device(u32[34]!, u32[35]!),
      ino: this.#u64[4]!,
      links: u32[4]!,
      uid: u32[5]!,
      gid: u32[6]!,
      rdev: u32[32] === 0 && u32[33] === 0 ? 0n : deviceNumber(u32[32]!, u32[33]!),
      size: u32[10]! + u32[11]! * 4294967296,
      allocated: (u32[12]! + u32[13]! * 4294967296) * 512,
      mtime,
      atime: this.#same(16) ? mtime : this.#instant(16),
      ctime: this.#same(24) ? mtime : this.#instant(24),
    };
  }

  /** True when the time at word `at` equals mtime, as it does for most files: spares the arithmetic. */
  #same(at: number): boolean {
    const u32 = this.#u32;
    return u32[at + 2] === u32[30] && u32[at] === u32[28] && u32[at + 1] === u32[29];
  }

  /** The time at word `at`; seconds may be negative. */
  #instant(at: number): Instant {
    const seconds = this.#u32[at]! + this.#i32[at + 1]! * 4294967296;
    return BigInt(seconds) * 1_000_000_000n + BigInt(this.#u32[at + 2]!);
  }

  #device(major: number, minor: number): bigint {
    if (major !== this.#devMajor || minor !== this.#devMinor) {
      this.#dev = deviceNumber(major, minor);
      this.#devMajor = major;
      this.#devMinor = minor;
    }
    return this.#dev;
  }
}

/** `makedev` of the C library: the number that `st_dev` and `st_rdev` hold. */
export function deviceNumber(major: number, minor: number): bigint {
  const a = BigInt(major >>> 0);
  const i = BigInt(minor >>> 0);
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((i & 0xffffff00n) << 12n) | (i & 0xffn);
}
