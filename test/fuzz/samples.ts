// Copyright the SpareGrid authors. Apache-2.0.
// Good files of every kind, to be spoiled.
import { type BlobId, type PackId, utf8, utf8Text } from "../../mod/base/mod.ts";
import {
  encodeConfig,
  encodeIndex,
  encodeKey,
  encodeLock,
  encodeSnapshot,
  encodeTree,
  type PackedBlob,
} from "../../mod/format/mod.ts";
import { node } from "../kit/repository.ts";

const id = (digit: string) => digit.repeat(64) as BlobId;
const texts = (...files: Uint8Array[]) => files.map(utf8Text);

/** Blobs of a pack, one behind the other. */
export const BLOBS: readonly PackedBlob[] = [
  { id: id("a"), type: "data", offset: 0, length: 100, uncompressedLength: 0 },
  { id: id("b"), type: "data", offset: 100, length: 70, uncompressedLength: 999 },
  { id: id("c"), type: "tree", offset: 170, length: 64, uncompressedLength: 300 },
];

/** Trees as JSON. */
export const TREES: readonly string[] = texts(
  encodeTree([]),
  encodeTree([
    node({
      name: utf8("a\n\xff"),
      type: "file",
      size: 5n,
      content: [id("a"), id("b")],
      user: "ada",
      group: "staff",
    }),
    node({
      name: utf8("d"),
      type: "dir",
      subtree: id("c"),
      inode: 2n ** 63n + 5n,
      xattrs: [{ name: "user.x", value: utf8("y") }],
    }),
    node({
      name: utf8("l"),
      type: "symlink",
      linkTarget: Uint8Array.of(0xff, 0x2f),
      links: 2n,
      deviceId: 7n,
    }),
    node({
      name: utf8("z"),
      type: "dev",
      device: 1792n,
      generic: { "windows.x": { y: [1, null] } },
      error: "none",
    }),
  ]),
);

/** Snapshots as JSON. */
export const SNAPSHOTS: readonly string[] = texts(
  encodeSnapshot({ time: 1n, tree: id("c"), paths: ["/"] }),
  encodeSnapshot({
    ...{
      time: 1_700_000_000_123_456_789n,
      parent: id("d") as never,
      tree: id("c"),
      paths: ["/home/ada", "/etc"],
    },
    ...{ hostname: "h", username: "u", uid: 1000, gid: 1000, excludes: ["*.o"], tags: ["a", "b"] },
    ...{ original: id("e") as never, programVersion: "x" },
    summary: {
      ...{ backupStart: 1n, backupEnd: 2n, filesNew: 1, filesChanged: 2, filesUnmodified: 3, dirsNew: 4 },
      ...{ dirsChanged: 5, dirsUnmodified: 6, dataBlobs: 7, treeBlobs: 8, dataAdded: 9, dataAddedPacked: 10 },
      ...{ totalFilesProcessed: 11, totalBytesProcessed: 2 ** 53 - 1 },
    },
  }),
);

/** Index files as JSON. */
export const INDEXES: readonly string[] = texts(
  encodeIndex({ packs: [] }),
  encodeIndex({
    packs: [{ id: id("1") as string as PackId, blobs: BLOBS }, {
      id: id("2") as string as PackId,
      blobs: BLOBS.slice(0, 1),
    }],
  }),
  encodeIndex({ packs: [{ id: id("1") as string as PackId, blobs: BLOBS }], supersedes: [id("9") as never] }),
);

/** Key files. */
export const KEYS: readonly string[] = texts(encodeKey({
  ...{ created: 1n, username: "u", hostname: "h", kdf: "scrypt", N: 16, r: 1, p: 1 },
  ...{ salt: utf8("salt"), data: utf8("data".repeat(20)) },
}));

/** The config. */
export const CONFIGS: readonly string[] = texts(
  encodeConfig({ version: 2, id: id("7"), chunkerPolynomial: "3da3358b4dc173" }),
);

/** Locks. */
export const LOCKS: readonly string[] = texts(
  encodeLock({ time: 1n, exclusive: true, hostname: "h", username: "u", pid: 7, uid: 1, gid: 2 }),
);
