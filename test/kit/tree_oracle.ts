// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** What stands in a folder, told by GNU tar and find, which know nothing of us. */
export interface TreeAccount {
  /** SHA-256 of a tar stream: names, types, modes, owners, times in nanoseconds, links, devices, xattrs, ACLs, content. */
  readonly digest: string;
  /** The digest tells holes from written zeros. */
  readonly holes: boolean;
  /** One line an entry, for the message when two accounts differ. */
  readonly lines: readonly string[];
}

const TAR = [
  "--format=posix",
  "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
  "--sort=name",
  "--numeric-owner",
  "--xattrs",
  "--xattrs-include=*",
  "--acls",
];

/** How to tell and compare trees. */
export interface OracleOptions {
  /** The entries to look at; all where left out. */
  readonly names?: readonly string[];
  /**
   * Holes must be the same. Otherwise content alone counts: a restore makes holes where pages of zeros were written, and
   * that is no difference. Wanted for files of more than 8 GiB, which only tar's sparse form can tell here.
   */
  readonly holes?: boolean;
}

/** Tells what stands in `folder`. Sockets are told by find alone. */
export async function accountOf(folder: string, options: OracleOptions = {}): Promise<TreeAccount> {
  const { names = ["."], holes = false } = options;
  const args = ["-c", ...TAR, ...(holes ? ["--sparse"] : []), "-f", "-", "--", ...names];
  const tar = new Deno.Command("tar", { args, cwd: folder, stdout: "piped", stderr: "piped" }).spawn();
  const complaint = new Response(tar.stderr).text();
  const digest = new TarDigest();
  for await (const bytes of tar.stdout) digest.add(bytes);
  const { success } = await tar.status;
  const said = (await complaint).replace(/^.*socket ignored\n/gm, "");
  assert.ok(success && said === "", `tar of ${folder}: ${said}`);
  return { digest: digest.end(), holes, lines: await listing(folder, names) };
}

const BLOCK = 512;
/** Places in a tar header: an entry's size (octal), the header's checksum, the entry's type, and its name in two parts. */
const SIZE_AT = 124, SIZE_END = 135, SUM_AT = 148, TYPE_AT = 156;
const NAME_END = 100, PREFIX_AT = 345, PREFIX_END = 500;
/** With its process number tar makes a name for a sparse file, whose true name stands in the PAX header before. */
const SPARSE_NAME = "GNUSparseFile.";
const PAX_TYPE = "x".charCodeAt(0);

/** SHA-256 of a tar stream in which the order of an entry's extended attributes, the file system's own affair, is none. */
class TarDigest {
  readonly #hash = createHash("sha256");
  /** Collects a header, or the body of a PAX entry. */
  #held = new Uint8Array(BLOCK);
  #filled = 0;
  #inPax = false;
  /** Bytes of a file's body to come, with padding. */
  #body = 0;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.#body > 0 ? this.#body : this.#held.length - this.#filled;
      const part = bytes.subarray(at, at + room);
      at += part.length;
      if (this.#body > 0) {
        this.#hash.update(part);
        this.#body -= part.length;
        continue;
      }
      this.#held.set(part, this.#filled);
      this.#filled += part.length;
      if (this.#filled === this.#held.length) this.#full();
    }
  }

  end(): string {
    return this.#hash.digest("hex");
  }

  #full(): void {
    const held = this.#held;
    if (!this.#inPax) dropMadeUpName(held);
    this.#hash.update(this.#inPax ? sortedRecords(held) : held);
    let size = 0;
    if (!this.#inPax) {
      const octal = new TextDecoder("latin1").decode(held.subarray(SIZE_AT, SIZE_END));
      // Beyond 8 GiB tar writes the size in base 256; no test has so much data that is no hole, and `holes` leaves those out.
      assert.ok(held[SIZE_AT]! < 0x80, "a file too large for this oracle");
      size = Math.ceil((parseInt(octal, 8) || 0) / BLOCK) * BLOCK;
    }
    this.#inPax = !this.#inPax && held[TYPE_AT] === PAX_TYPE && size > 0;
    if (!this.#inPax) this.#body = size;
    this.#held = new Uint8Array(this.#inPax ? size : BLOCK);
    this.#filled = 0;
  }
}

function dropMadeUpName(header: Uint8Array): void {
  if (!Buffer.from(header).includes(SPARSE_NAME)) return;
  header.fill(0, 0, NAME_END).fill(0, SUM_AT, TYPE_AT).fill(0, PREFIX_AT, PREFIX_END);
}

/** The records `LENGTH KEY=VALUE\n` of a PAX header in the order of their bytes. */
function sortedRecords(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const records: string[] = [];
  for (let at = 0; text.charCodeAt(at) > 0;) {
    const length = parseInt(text.slice(at, text.indexOf(" ", at)), 10);
    assert.ok(length > 0, "a PAX header that is none");
    records.push(text.slice(at, at += length));
  }
  return Buffer.from(records.sort().join(""), "latin1");
}

/**
 * Fails with the entries that differ unless `actual` holds what `expected`, a folder or an account of one, holds. An
 * account is compared with holes where it was taken so.
 */
export async function assertSameTree(
  actual: string,
  expected: string | TreeAccount,
  options: OracleOptions = {},
): Promise<void> {
  const told = typeof expected === "string" ? expected : "what was there";
  const holes = typeof expected === "string" ? options.holes ?? false : expected.holes;
  const [a, b] = await Promise.all([
    accountOf(actual, { ...options, holes }),
    typeof expected === "string" ? accountOf(expected, { ...options, holes }) : expected,
  ]);
  const [inA, inB] = [new Set(a.lines), new Set(b.lines)];
  const extra = a.lines.filter((line) => !inB.has(line)).slice(0, 20);
  const missing = b.lines.filter((line) => !inA.has(line)).slice(0, 20);
  assert.deepEqual({ extra, missing }, { extra: [], missing: [] }, `${actual} differs from ${told}`);
  assert.equal(
    a.digest,
    b.digest,
    `${actual} differs from ${told} in content, ${holes ? "holes " : ""}or attributes`,
  );
}

async function listing(folder: string, names: readonly string[]): Promise<string[]> {
  // Bytes that are not UTF-8 must stay apart in the lines, so they are read as Latin-1.
  const { success, stdout } = await new Deno.Command("find", {
    args: [...names, "-printf", "%p\\t%y %m %U:%G %n %T@ %l\\0"],
    cwd: folder,
  }).output();
  assert.ok(success, `find in ${folder}`);
  // The link count of a folder is the file system's own affair, and so is its size.
  return new TextDecoder("latin1").decode(stdout).split("\0").filter((line) => line)
    .map((line) => line.replace(/(\td \d+ \d+:\d+) \d+/, "$1")).sort();
}
