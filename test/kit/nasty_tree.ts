// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../../mod/base/mod.ts";
import { type Fd, type FileSystem, openFileSystem } from "../../mod/platform/mod.ts";

/** What a {@link makeNastyTree} is to hold. */
export interface NastyTreeOptions {
  /** Devices, foreign owners, trusted attributes: needs root. */
  readonly asRoot: boolean;
  /** Length of the big sparse file, bytes; 20 GiB where left out. */
  readonly sparseBytes?: number;
  /** Entries of the crowded folder; 200,000 where left out. */
  readonly crowd?: number;
  /** Leave out what restic 0.14 cannot restore, or not as it was; each is marked in the code, found by trying. */
  readonly forRestic?: boolean;
}

const SECOND = 1_000_000_000n;
const year = (y: number) => BigInt(Date.UTC(y, 0, 1)) * 1_000_000n;

/**
 * Fills an empty folder with everything that backup programs are known to lose (reliability.md F30 to F32): names,
 * depths, links, kinds, modes, times, attributes, holes, crowds.
 */
export function makeNastyTree(folder: string, options: NastyTreeOptions): void {
  const fs = openFileSystem();
  const root = fs.openRoot(folder);
  try {
    new NastyTree(fs, root, options).make();
  } finally {
    fs.close(root);
  }
}

class NastyTree {
  constructor(readonly fs: FileSystem, readonly root: Fd, readonly options: NastyTreeOptions) {}

  make(): void {
    this.#names();
    this.#deep();
    this.#links();
    this.#kinds();
    this.#modes();
    this.#times();
    this.#attributes();
    this.#sparse();
    this.#crowd();
    this.#sizes();
  }

  /** Every single byte, every plane of Unicode, quotes, newlines, 255 bytes, look-alikes. */
  #names(): void {
    this.#within("names", (dir) => {
      for (let byte = 1; byte < 256; byte++) {
        if (byte === 0x2f || byte === 0x2e) continue;
        this.#file(dir, Uint8Array.of(byte), utf8(`byte ${byte}`));
        this.#file(dir, Uint8Array.of(0x6e, byte, 0x6e), utf8(`n ${byte} n`));
      }
      const texts = [
        "...",
        ". .",
        "a b",
        " lead",
        "trail ",
        "-rf",
        "--help",
        "**",
        "a?",
        "[a]",
        "!x",
        "#x",
        "$HOME",
        "`x`",
      ];
      texts.push(
        "tab\there",
        "line\nbreak",
        "\\x41",
        "\\\\",
        '"quoted"',
        "'single'",
        "a\u2028b",
        "\u202etxt.exe",
        "\ufeffbom",
      );
      texts.push(
        "e\u0301",
        "\u00e9",
        "CaSe",
        "case",
        "con",
        "nul.txt",
        "a:b",
        "caf\u00e9",
        "\u65e5\u672c\u8a9e",
        "a<b>&c",
      );
      for (let plane = 0; plane <= 16; plane++) {
        texts.push(`p${plane}${String.fromCodePoint(plane * 0x10000 + 0x3042)}`);
      }
      texts.push("\u0080", "\u00ad", "\u200b", "\ud7ff", "\ue000", "\ufffd", "\u{10ffff}", "\u{1f600}");
      texts.push("x".repeat(255), "\u00e9".repeat(127), "\u{1f600}".repeat(63));
      for (const text of texts) this.#file(dir, utf8(text), utf8(`text ${text.length}`));
      for (
        const bad of [
          "ff",
          "c3",
          "c328",
          "a0a1",
          "e228a1",
          "f0288cbc",
          "ed0a080",
          "eda080",
          "c080",
          "f8a1a1a1a1",
        ]
      ) {
        const bytes = Uint8Array.fromHex(bad.length % 2 ? `0${bad}` : bad).filter((b) => b !== 0);
        this.#file(dir, Uint8Array.of(0x62, ...bytes), utf8(`bad ${bad}`));
      }
    });
  }

  /** A path of some 5,100 bytes. */
  #deep(): void {
    // restic: it names files by whole paths, which the kernel takes up to 4,095 bytes (ENAMETOOLONG).
    const levels = this.options.forRestic ? 15 : 25;
    this.#within("deep", (dir) => {
      let at = dir;
      for (let level = 0; level < levels; level++) {
        const name = utf8(`${level}-`.padEnd(200, "d"));
        this.fs.makeFolder(at, name, 0o755);
        const next = this.fs.openFolder(at, name);
        if (at !== dir) this.fs.close(at);
        at = next;
      }
      this.#file(at, utf8("bottom"), utf8("thousands of bytes below"));
      this.fs.close(at);
    });
  }

  #links(): void {
    this.#within("links", (dir) => {
      const link = (name: string, target: Uint8Array) => this.fs.makeSymlink(dir, utf8(name), target);
      link("dangling", utf8("nowhere/at all"));
      link("loop-a", utf8("loop-b"));
      link("loop-b", utf8("loop-a"));
      link("self", utf8("."));
      link("up", utf8("../.."));
      link("absolute", utf8("/etc/passwd"));
      link("long", utf8("l".repeat(4000)));
      link("spaces and\nnewline", utf8(" a \n b "));
      this.#file(dir, utf8("one"), utf8("one inode, four names"));
      for (const name of ["two", "three"]) this.fs.makeHardLink(dir, utf8("one"), dir, utf8(name));
      this.fs.makeFolder(dir, utf8("sub"), 0o755);
      const sub = this.fs.openFolder(dir, utf8("sub"));
      this.fs.makeHardLink(dir, utf8("one"), sub, utf8("four"));
      this.fs.close(sub);
      if (!this.options.forRestic) {
        // restic: restores only files as hard links, other kinds as entries of their own.
        this.fs.makeHardLink(dir, utf8("dangling"), dir, utf8("dangling-twin"));
        // restic: keeps a target as JSON text, in which these bytes become U+FFFD.
        link("bytes", Uint8Array.of(0xff, 0x2f, 0x62, 0xc3, 0x28, 0xed, 0xa0, 0x80));
      }
      this.fs.setTimesOf(dir, utf8("dangling"), 0n, year(1999) + 123_456_789n);
    });
  }

  #kinds(): void {
    this.#within("kinds", (dir) => {
      this.fs.makeFifo(dir, utf8("fifo"), 0o640);
      // restic: never makes a socket, without a word.
      if (!this.options.forRestic) this.fs.makeSocket(dir, utf8("socket"), 0o755);
      this.fs.makeFolder(dir, utf8("empty folder"), 0o755);
      if (!this.options.asRoot) return;
      this.fs.makeDevice(dir, utf8("null"), "chardev", (1n << 8n) | 3n, 0o666);
      this.fs.makeDevice(dir, utf8("loop"), "dev", 7n << 8n, 0o660);
      // restic: as with dangling-twin.
      if (!this.options.forRestic) this.fs.makeHardLink(dir, utf8("fifo"), dir, utf8("fifo-twin"));
    });
  }

  #modes(): void {
    this.#within("modes", (dir) => {
      for (const mode of [0o000, 0o001, 0o400, 0o444, 0o600, 0o777, 0o4755, 0o2755, 0o1777, 0o7777, 0o4000]) {
        this.#file(dir, utf8(`f${mode.toString(8)}`), utf8("mode"), (fd) => this.fs.setPermissions(fd, mode));
      }
      for (const mode of [0o555, 0o500, 0o2775, 0o1777, 0o711]) {
        const name = utf8(`d${mode.toString(8)}`);
        this.fs.makeFolder(dir, name, 0o755);
        const sub = this.fs.openFolder(dir, name);
        this.#file(sub, utf8("inside a guarded folder"), utf8("here"));
        this.fs.setPermissions(sub, mode);
        this.fs.close(sub);
      }
      if (!this.options.asRoot) return;
      for (
        const [name, uid, gid] of [["nobody", 65534, 65534], ["high", 4_000_000_000, 3_000_000_000]] as const
      ) {
        this.#file(dir, utf8(name), utf8(name), (fd) => {
          this.fs.setOwner(fd, uid, gid);
          this.fs.setPermissions(fd, 0o4711);
        });
      }
    });
  }

  #times(): void {
    this.#within("times", (dir) => {
      const times = [
        year(1902),
        year(1969) + 999_999_999n,
        -1n,
        0n,
        1n,
        2n ** 31n * SECOND - 1n,
        2n ** 31n * SECOND + 1n,
        year(2107) + 123_456_789n,
        1_700_000_000n * SECOND + 100n,
      ];
      // restic: sets times as nanoseconds in 64 bits, which end in the year 2262.
      if (!this.options.forRestic) times.push(year(2263) + 987_654_321n, year(2400) + 1n);
      for (const time of times) {
        this.#file(dir, utf8(`t${time}`), utf8("time"), (fd) => this.fs.setTimes(fd, time, time));
        this.fs.makeFolder(dir, utf8(`d${time}`), 0o755);
        this.fs.setTimesOf(dir, utf8(`d${time}`), time, time);
      }
    });
  }

  #attributes(): void {
    this.#within("attributes", (dir) => {
      this.#file(dir, utf8("user"), utf8("x"), (fd) => {
        this.fs.setXattr(fd, "user.empty", new Uint8Array());
        this.fs.setXattr(fd, "user.binary", Uint8Array.from({ length: 256 }, (_, i) => i));
        this.fs.setXattr(fd, "user.\u00fcml\u00e4ut", utf8("value"));
        this.fs.setXattr(fd, "user.large", new Uint8Array(2000).fill(7));
      });
      // u::rw-, u:1234:r--, g::r--, m::r--, o::--- as the kernel keeps it (linux/posix_acl_xattr.h).
      const acl = Uint8Array.fromHex(
        "02000000" + "01000600ffffffff" + "02000400d2040000" + "04000400ffffffff" + "10000400ffffffff" +
          "20000000ffffffff",
      );
      this.#file(dir, utf8("acl"), utf8("x"), (fd) => this.fs.setXattr(fd, "system.posix_acl_access", acl));
      this.fs.makeFolder(dir, utf8("acl folder"), 0o755);
      const sub = this.fs.openFolder(dir, utf8("acl folder"));
      this.fs.setXattr(sub, "system.posix_acl_default", acl);
      this.fs.setXattr(sub, "user.on a folder", utf8("yes"));
      this.fs.close(sub);
      if (!this.options.asRoot) return;
      this.#file(
        dir,
        utf8("trusted"),
        utf8("x"),
        (fd) => this.fs.setXattr(fd, "trusted.secret", utf8("root only")),
      );
      // restic: follows the link and gives the attribute to the file behind it.
      if (this.options.forRestic) return;
      this.fs.makeSymlink(dir, utf8("link with attribute"), utf8("user"));
      this.fs.setXattrOf(dir, utf8("link with attribute"), "trusted.link", utf8("on the link"));
    });
  }

  /** Three islands in a sea of nothing. */
  #sparse(): void {
    const size = this.options.sparseBytes ?? 20 * 2 ** 30;
    this.#within("sparse", (dir) => {
      this.#file(dir, utf8("islands"), new Uint8Array(), (fd) => {
        this.fs.truncate(fd, size);
        for (const [at, fill] of [[0.1, 1], [0.5, 2], [0.9, 3]] as const) {
          const offset = Math.floor(size * at / 4096) * 4096;
          this.fs.writeAt(fd, new Uint8Array(8192).map((_, i) => (i * fill) % 251 + 1), offset);
        }
      });
      this.#file(dir, utf8("all hole"), new Uint8Array(), (fd) => this.fs.truncate(fd, 3_000_001));
    });
  }

  #crowd(): void {
    const count = this.options.crowd ?? 200_000;
    this.#within("crowd", (dir) => {
      for (let i = 0; i < count; i++) this.fs.close(this.fs.create(dir, utf8(`entry-${i}`), 0o644));
    });
  }

  /** Lengths around the edges of chunks. */
  #sizes(): void {
    this.#within("sizes", (dir) => {
      for (const size of [0, 1, 4095, 4096, 524_287, 524_288, 524_289, 1_048_576, 8_388_608, 9_000_001]) {
        const bytes = new Uint8Array(size);
        for (let i = 0, x = size | 1; i < size; i++) {
          bytes[i] = (x = Math.imul(x, 1_103_515_245) + 12_345 | 0) >>> 16;
        }
        this.#file(dir, utf8(`s${size}`), bytes);
      }
    });
  }

  #file(dir: Fd, name: Uint8Array, content: Uint8Array, also: (fd: Fd) => void = () => {}): void {
    const fd = this.fs.create(dir, name, 0o644);
    try {
      this.fs.writeAt(fd, content, 0);
      also(fd);
    } finally {
      this.fs.close(fd);
    }
  }

  #within(name: string, fill: (dir: Fd) => void): void {
    this.fs.makeFolder(this.root, utf8(name), 0o755);
    const dir = this.fs.openFolder(this.root, utf8(name));
    try {
      fill(dir);
    } finally {
      this.fs.close(dir);
    }
  }
}
