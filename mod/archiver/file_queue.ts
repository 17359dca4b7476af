// Copyright the SpareGrid authors. Apache-2.0.
import { ByteReader, freeBytes, MIB } from "../base/mod.ts";
import { BatchWriter, type FileOutcome, readOutcome } from "./batch.ts";
import type { FileLanes } from "./needs.ts";
import type { FileTask } from "./file_task.ts";

/** A batch goes off when it has so many files or bytes. */
const BATCH_FILES = 128;
const BATCH_BYTES = 4 * MIB;

/** Gives files to the lanes in batches and takes the answers. */
export class FileQueue {
  readonly #lanes: FileLanes;
  readonly #signal: AbortSignal;
  readonly #onAnswer: (task: FileTask, outcome: FileOutcome) => void;
  readonly #onTurn: (failure?: { readonly error: unknown }) => void;
  readonly #batch = new BatchWriter();
  #tasks: FileTask[] = [];
  #bytes = 0;
  /** Batches at the lanes. */
  underWay = 0;

  /**
   * @param onAnswer takes the outcome of each file.
   * @param onTurn is called once after each batch, with what went wrong with it.
   */
  constructor(
    lanes: FileLanes,
    signal: AbortSignal,
    onAnswer: (task: FileTask, outcome: FileOutcome) => void,
    onTurn: (failure?: { readonly error: unknown }) => void,
  ) {
    this.#lanes = lanes;
    this.#signal = signal;
    this.#onAnswer = onAnswer;
    this.#onTurn = onTurn;
  }

  /** True when the lanes have enough to do. */
  get full(): boolean {
    return this.underWay >= this.#lanes.batchesAtOnce;
  }

  /** True when nothing is waiting or under way. */
  get idle(): boolean {
    return this.underWay === 0 && this.#tasks.length === 0;
  }

  /** Takes a file. The folder's descriptor must stay open until the answer. */
  add(task: FileTask): void {
    this.#batch.add({ folder: task.folder.fd, name: task.name, offset: task.offset, length: task.length });
    this.#tasks.push(task);
    this.#bytes += task.length < 0 ? task.stat.size : task.length;
    if (this.#tasks.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES) this.send();
  }

  /** Sends off what was taken, however little it is. */
  send(): void {
    if (this.#tasks.length === 0) return;
    const tasks = this.#tasks;
    this.#tasks = [];
    this.#bytes = 0;
    this.underWay++;
    this.#lanes.saveFiles(this.#batch.take(), this.#signal).then(
      (answer) => this.#take(tasks, answer),
      (error) => {
        this.underWay--;
        this.#onTurn({ error });
      },
    );
  }

  #take(tasks: readonly FileTask[], answer: Uint8Array<ArrayBuffer>): void {
    this.underWay--;
    try {
      const reader = new ByteReader(answer);
      for (const task of tasks) this.#onAnswer(task, readOutcome(reader));
      // Thousands of them would wait for the garbage collector.
      freeBytes(answer);
      this.#onTurn();
    } catch (error) {
      this.#onTurn({ error });
    }
  }
}
