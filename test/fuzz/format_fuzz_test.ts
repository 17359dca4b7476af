// Copyright the SpareGrid authors. Apache-2.0.
// Every codec of the format: an answer that is written back the same, or a typed error.
import assert from "node:assert/strict";
import { toHex } from "../../mod/base/mod.ts";
import {
  decodeConfig,
  decodeHeader,
  decodeIndex,
  decodeKey,
  decodeLock,
  decodeSnapshot,
  decodeTree,
  encodeConfig,
  encodeHeader,
  encodeIndex,
  encodeKey,
  encodeLock,
  encodeSnapshot,
  encodeTree,
  formatTime,
  goQuote,
  goUnquote,
  parseTime,
} from "../../mod/format/mod.ts";
import { scanIndex, SCANNED_WORDS } from "../../mod/repository/index_scan.ts";
import { mutateBytes, mutateJson } from "../kit/mutator.ts";
import { fuzz } from "./campaign.ts";
import { BLOBS, CONFIGS, INDEXES, KEYS, LOCKS, SNAPSHOTS, TREES } from "./samples.ts";

/** Reads, writes, reads and writes again: what was written once must never change. */
function settles<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
): void {
  const once = encode(decode(bytes));
  let twice: Uint8Array;
  try {
    twice = encode(decode(once));
  } catch (error) {
    throw new Error("what we wrote ourselves is refused", { cause: error });
  }
  assert.equal(new TextDecoder().decode(twice), new TextDecoder().decode(once));
}

fuzz({
  name: "tree",
  says: "decodeTree answers or refuses any spoilt tree, strictly and leniently",
  cases: 18_000,
  input: (dice) => mutateJson(TREES, dice),
  feed(bytes) {
    const { nodes, refused = [] } = decodeTree(bytes, "tree", { strict: false });
    assert.ok(nodes.length + refused.length >= 0);
    settles(bytes, decodeTree, ({ nodes }) => encodeTree(nodes));
  },
});

fuzz({
  name: "snapshot",
  says: "decodeSnapshot answers or refuses any spoilt snapshot",
  cases: 8_000,
  input: (dice) => mutateJson(SNAPSHOTS, dice),
  feed: (bytes) => settles(bytes, decodeSnapshot, encodeSnapshot),
});

fuzz({
  name: "key",
  says: "decodeKey answers or refuses any spoilt key file",
  cases: 5_000,
  input: (dice) => mutateJson(KEYS, dice),
  feed: (bytes) => settles(bytes, decodeKey, encodeKey),
});

fuzz({
  name: "config",
  says: "decodeConfig answers or refuses any spoilt config",
  cases: 4_000,
  input: (dice) => mutateJson(CONFIGS, dice),
  feed: (bytes) => settles(bytes, decodeConfig, encodeConfig),
});

fuzz({
  name: "lock",
  says: "decodeLock answers or refuses any spoilt lock",
  cases: 4_000,
  input: (dice) => mutateJson(LOCKS, dice),
  feed: (bytes) => settles(bytes, decodeLock, encodeLock),
});

fuzz({
  name: "index",
  says: "decodeIndex answers or refuses any spoilt index, and scanIndex never disagrees with it",
  cases: 12_000,
  input: (dice) =>
    dice.once(3)
      ? mutateBytes(INDEXES.map((text) => new TextEncoder().encode(text)), dice)
      : mutateJson(INDEXES, dice),
  feed(bytes) {
    const scanned = scanIndex(bytes);
    if (scanned) {
      const { packs } = decodeIndex(bytes);
      assert.deepEqual(
        scanned.packs.map(({ id, blobs }) => [id, blobs]),
        packs.map(({ id, blobs }) => [id, blobs.length]),
      );
      const raw = new Uint8Array(scanned.words.buffer, scanned.words.byteOffset);
      packs.flatMap(({ blobs }) => blobs).forEach((blob, i) => {
        const at = i * SCANNED_WORDS;
        const [type, offset, length, plain] = scanned.words.subarray(at + 8, at + 12);
        assert.equal(toHex(raw.subarray(4 * at, 4 * at + 32)), blob.id);
        assert.deepEqual(
          [type, offset! >>> 0, length! >>> 0, plain! >>> 0],
          [blob.type === "tree" ? 1 : 0, blob.offset, blob.length, blob.uncompressedLength],
        );
      });
    }
    settles(bytes, decodeIndex, encodeIndex);
  },
});

fuzz({
  name: "header",
  says: "decodeHeader answers or refuses any bytes, and what it answers is all that stood there",
  cases: 10_000,
  input: (dice) => mutateBytes([encodeHeader(BLOBS), encodeHeader(BLOBS.slice(1))], dice),
  feed: (bytes) => assert.deepEqual(encodeHeader(decodeHeader(bytes)), bytes),
});

fuzz({
  name: "quoted_name",
  says: "goUnquote and goQuote agree on any name, and parseTime on any time",
  cases: 8_000,
  input: (dice) =>
    mutateBytes(
      ["a\\x00\\u00e9\\U0001f600\\377\\\\", "2023-11-14T22:13:20.123456789+01:30", '\\a\\b\\"é'].map((text) =>
        new TextEncoder().encode(text)
      ),
      dice,
    ),
  feed(bytes) {
    assert.deepEqual(goUnquote(goQuote(bytes)), bytes);
    const text = new TextDecoder().decode(bytes);
    const name = goUnquote(text);
    if (name) assert.deepEqual(goUnquote(goQuote(name)), name);
    const time = parseTime(text);
    if (time !== undefined) assert.equal(formatTime(parseTime(formatTime(time))!), formatTime(time));
  },
});
