// Copyright the SpareGrid authors. Apache-2.0.
import {
  CHUNK_BYTES_MIN,
  compareBytes,
  PACK_BYTES_TARGET,
  SEAL_OVERHEAD,
  systemRandom,
  utf8,
} from "../../mod/base/mod.ts";
import { ChunkStream, gearTable } from "../../mod/chunker/mod.ts";
import { Compressor } from "../../mod/compress/mod.ts";
import { generateMasterKey, Sealer, sha256 } from "../../mod/crypto/mod.ts";
import { type Fd, openFileSystem } from "../../mod/platform/mod.ts";

/** What one stage of a backup costs when it runs alone. */
export interface StageShare {
  readonly name: string;
  readonly seconds: number;
}

/**
 * Runs the stages of a first backup over a folder, on this thread, timing each apart: so it shows where the time must
 * go, without what overlaps. Blobs that repeat are compressed once, as in a backup.
 */
export async function stageShares(folder: string): Promise<StageShare[]> {
  const fs = openFileSystem();
  const times = { walk: 0, read: 0, cut: 0, hash: 0, compress: 0, seal: 0, verify: 0, write: 0 };
  const chunks = new ChunkStream(undefined, gearTable(new Uint8Array(32)));
  const compressor = new Compressor("auto");
  const sealer = new Sealer(generateMasterKey(systemRandom), systemRandom);
  const frame = new Uint8Array(compressor.bound(8 << 20));
  const seen = new Set<string>();
  const pack = new Uint8Array(PACK_BYTES_TARGET + (9 << 20));
  const target = await Deno.makeTempFile({ dir: `${folder}/..` });
  using out = await Deno.open(target, { write: true });
  let pieces: Uint8Array[] = [], plainLengths: number[] = [], held = 0;

  const timed = <T>(stage: keyof typeof times, work: () => T): T => {
    const start = performance.now();
    try {
      return work();
    } finally {
      times[stage] += performance.now() - start;
    }
  };
  const sealPack = async () => {
    let start = performance.now();
    const length = await sealer.sealAll(pieces, pack);
    times.seal += performance.now() - start;
    timed("verify", () => {
      let at = 0;
      for (const [i, piece] of pieces.entries()) {
        const opened = sealer.open(pack.subarray(at, at += piece.length + SEAL_OVERHEAD));
        const plainLength = plainLengths[i]!;
        sha256(opened.length < plainLength ? compressor.decompress(opened, plainLength) : opened);
      }
    });
    start = performance.now();
    for (let at = 0; at < length;) at += out.writeSync(pack.subarray(at, length));
    out.syncSync();
    times.write += performance.now() - start;
    [pieces, plainLengths, held] = [[], [], 0];
  };
  const save = async (chunk: Uint8Array) => {
    const id = timed("hash", () => sha256(chunk).toHex());
    if (seen.has(id)) return;
    seen.add(id);
    const length = timed("compress", () => compressor.compress(chunk, frame));
    pieces.push(length > 0 && length < chunk.length ? frame.slice(0, length) : chunk.slice());
    plainLengths.push(chunk.length);
    held += pieces.at(-1)!.length + SEAL_OVERHEAD;
    if (held >= PACK_BYTES_TARGET) await sealPack();
  };
  const saveFile = async (dir: Fd, name: Uint8Array) => {
    const fd = timed("read", () => fs.openRead(dir, name));
    chunks.reset();
    for (let ended = false;;) {
      const chunk = timed("cut", () => chunks.next());
      if (chunk) await save(chunk);
      else if (ended) break;
      else {
        const n = timed("read", () => fs.read(fd, chunks.space()));
        if (n > 0) chunks.filled(n);
        else chunks.end(), ended = true;
      }
    }
    timed("read", () => fs.close(fd));
  };
  const visit = async (dir: Fd) => {
    const entries = timed(
      "walk",
      () => [...fs.entries(dir)].flat().sort((a, b) => compareBytes(a.name, b.name)),
    );
    for (const { name, stat } of entries) {
      if (stat?.kind === "file") await saveFile(dir, name);
      if (stat?.kind !== "dir") continue;
      const inner = fs.openFolder(dir, name);
      await visit(inner);
      fs.close(inner);
    }
  };
  try {
    const root = fs.openRoot(utf8(folder));
    await visit(root);
    fs.close(root);
    await sealPack();
  } finally {
    await Deno.remove(target);
  }
  const labels = {
    walk: "walk and stat",
    read: "open and read",
    cut: `cut (files over ${CHUNK_BYTES_MIN >> 10} KiB)`,
    hash: "SHA-256",
    compress: "zstd",
    seal: "AES-256-CTR, Poly1305",
    verify: "open, decompress and hash again",
    write: "write and fsync packs",
  };
  return Object.entries(labels).map(([key, name]) => ({
    name,
    seconds: times[key as keyof typeof times] / 1000,
  }));
}
