// Copyright the SpareGrid authors. Apache-2.0.
import type { FileSystem } from "../platform/mod.ts";
import type { ExcludeRules } from "../source/mod.ts";
import { SourceWalk, type WalkVisitor } from "./source_walk.ts";

/** Counts files and bytes of a source beforehand, a little at a time, so that the progress can name totals. */
export class Estimator implements Disposable {
  files = 0;
  bytes = 0;
  readonly #walk: SourceWalk;

  /** @param paths absolute; one below another is counted twice. `onFolder` is told of each folder before its files. */
  constructor(
    fs: FileSystem,
    rules: ExcludeRules,
    paths: readonly Uint8Array[],
    onFolder?: WalkVisitor["folder"],
  ) {
    this.#walk = new SourceWalk(fs, rules, paths, {
      ...(onFolder ? { folder: onFolder } : {}),
      file: ({ size }) => {
        this.files++;
        this.bytes += size;
      },
    });
  }

  /** True when all is counted. */
  get done(): boolean {
    return this.#walk.done;
  }

  /** Counts some hundred entries more. What cannot be read counts as nothing. */
  step(): void {
    this.#walk.step();
  }

  /** Stops counting. */
  [Symbol.dispose](): void {
    this.#walk[Symbol.dispose]();
  }
}
