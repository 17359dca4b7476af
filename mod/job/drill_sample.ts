// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobId, compareBytes } from "../base/mod.ts";
import type { Node } from "../format/mod.ts";
import { walkTree } from "../restorer/mod.ts";
import { LeftOut, readableTrees } from "./readable_trees.ts";
import type { RunObserver } from "./orders.ts";
import type { SessionRun } from "./session_run.ts";

/** How large a sample may be: a drill shall take minutes and not fill the drive. */
export interface SampleLimits {
  readonly files: number;
  /** All of it, bytes. */
  readonly bytes: number;
  /** Larger files are passed over, bytes. */
  readonly fileBytes: number;
}

const LIMITS: SampleLimits = { files: 50, bytes: 512 * 2 ** 20, fileBytes: 64 * 2 ** 20 };

/** A file of the sample. */
export interface SampledFile {
  /** Path inside the snapshot, byte for byte. */
  readonly path: Uint8Array;
  readonly node: Node;
}

/** Files chosen by chance. */
export interface Sample {
  readonly files: readonly SampledFile[];
  /** Files that could have been chosen. */
  readonly seen: number;
}

interface Candidate extends SampledFile {
  readonly rank: number;
}

/**
 * Chooses files of a snapshot, each as likely as the others: those whose paths rank first under the seed. So the same seed
 * chooses the same files, whatever the order of the walk. What cannot be read is told to the observer.
 */
export async function chooseSample(
  { repository, signal }: Pick<SessionRun, "repository" | "signal">,
  tree: BlobId,
  order: Partial<SampleLimits> & { readonly seed: number },
  observer: RunObserver,
  onSeen: (seen: number) => void,
): Promise<Sample> {
  const limits = { ...LIMITS, ...given(order) };
  const leftOut = new LeftOut(observer);
  const best: Candidate[] = [];
  let seen = 0;
  const walk = walkTree(readableTrees(repository), tree, { signal, onRefused: leftOut.onRefused });
  for await (const { path, node } of walk) {
    if (node.type !== "file" || Number(node.size) > limits.fileBytes) continue;
    onSeen(++seen);
    insert(best, { path, node, rank: rankOf(path, order.seed) }, limits.files);
  }
  let bytes = 0;
  const files = best.filter(({ node }) => {
    if (bytes + Number(node.size) > limits.bytes) return false;
    bytes += Number(node.size);
    return true;
  });
  return { files, seen };
}

function given({ files, bytes, fileBytes }: Partial<SampleLimits>): Partial<SampleLimits> {
  return {
    ...(files === undefined ? {} : { files }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(fileBytes === undefined ? {} : { fileBytes }),
  };
}

/** Keeps the first ranks only, in order. */
function insert(best: Candidate[], candidate: Candidate, most: number): void {
  if (best.length >= most && before(best.at(-1)!, candidate)) return;
  const at = best.findIndex((each) => before(candidate, each));
  best.splice(at < 0 ? best.length : at, 0, candidate);
  if (best.length > most) best.pop();
}

function before(a: Candidate, b: Candidate): boolean {
  return a.rank < b.rank || a.rank === b.rank && compareBytes(a.path, b.path) < 0;
}

/** 32 bits that look random. No secret: whoever writes the files may know which are chosen. */
function rankOf(path: Uint8Array, seed: number): number {
  let hash = mixed(seed ^ 0x9e3779b9);
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path[i]!, 0x01000193);
  return mixed(hash);
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}
