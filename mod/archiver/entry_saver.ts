// Copyright the SpareGrid authors. Apache-2.0.
import { type Node, sameNode } from "../format/mod.ts";
import { type BlobId, shownPath } from "../base/mod.ts";
import { isOsError } from "../errors/mod.ts";
import type { Stat, Xattr } from "../platform/mod.ts";
import { joinPath } from "../source/mod.ts";
import { type FileOutcome, isSaved, type SavedFile } from "./batch.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { FileQueue } from "./file_queue.ts";
import { FileParts, type FileTask, PART_BYTES } from "./file_task.ts";
import { HardLinks, type LinkedContent, matches } from "./hard_links.ts";
import type { Journal } from "./journal.ts";
import { contentIds, keptXattrs, type NodeParts } from "./node_maker.ts";
import type { OpenFolder } from "./open_folder.ts";
import { reasonOf } from "./problems.ts";
import type { RunContext } from "./run_context.ts";

/** What the entry saver hands on. */
export interface EntrySaverParts {
  readonly context: RunContext;
  readonly journal: Journal | undefined;
  readonly checkpoints: Checkpoints;
  readonly queue: () => FileQueue;
  /** Puts the node at its place; null for none. */
  readonly fill: (folder: OpenFolder, slot: number, node: Node | null) => void;
  /** A file of the folder is no longer under way. */
  readonly release: (folder: OpenFolder) => void;
}

/** Makes the node of every entry that is not a folder: from the parent's, the journal's, or by reading the file. */
export class EntrySaver {
  readonly #context: RunContext;
  readonly #parts: EntrySaverParts;
  readonly #links = new HardLinks();

  constructor(parts: EntrySaverParts) {
    this.#parts = parts;
    this.#context = parts.context;
  }

  /** Takes a regular file: adds its node, or sends it to the lanes. */
  file(folder: OpenFolder, name: Uint8Array, stat: Stat, previous: Node | undefined): void {
    if (previous && !this.#context.options.full && this.#unchanged(previous, stat)) {
      if (this.#allStored(previous.content!)) return this.#keep(folder, name, stat, previous);
      this.#context.noteOnce("missing", () => {
        const path = shownPath(joinPath(folder.path, name));
        return `Parts of ${path} are missing in the repository; it and others like it are stored again`;
      });
    }
    if (this.#context.options.full !== true && this.#fromJournal(folder, name, stat, previous)) return;
    const slot = folder.tree.reserve();
    const task: FileTask = { folder, slot, name, stat, previous, offset: 0, length: -1 };
    if (stat.links > 1) {
      const known = this.#links.meet(task);
      if (known === "wait") return void folder.filesUnderWay++;
      if (known) return this.#finishLinked(task, known);
    }
    this.#send(task, 0);
  }

  /** Takes a symlink, fifo, socket or device: adds its node. */
  other(folder: OpenFolder, name: Uint8Array, stat: Stat, previous: Node | undefined): void {
    const { maker, fs } = this.#context;
    const kept = keptXattrs(previous, stat);
    if (kept && maker.sameStat(previous!, stat)) return folder.tree.add(previous!);
    const parts: { -readonly [K in keyof NodeParts]: NodeParts[K] } = {};
    try {
      if (stat.kind === "symlink") parts.linkTarget = fs.readSymlink(folder.fd, name);
    } catch (error) {
      return this.#context.problem("SG0094", folder.path, name, "read the link", reasonOf(error));
    }
    parts.xattrs = kept ?? this.#xattrsOf(folder, name);
    folder.tree.add(maker.make(name, stat, parts));
  }

  /** Takes the answer of the lanes for one file or part. */
  answer(task: FileTask, outcome: FileOutcome): void {
    const { folder } = task;
    folder.filesUnderWay--;
    const whole = task.parts ? task.parts.take(task.offset, outcome) : outcome;
    if (whole === "again") this.#send(task, task.parts!.again + 1);
    else if (whole) this.#settle(task, whole);
    this.#parts.release(folder);
  }

  #unchanged(previous: Node, stat: Stat): boolean {
    const { options } = this.#context;
    return previous.type === "file" && previous.content !== null && Number(previous.size) === stat.size &&
      previous.mtime === stat.mtime && (options.ignoreCtime === true || previous.ctime === stat.ctime) &&
      (options.ignoreInode === true || previous.inode === stat.ino);
  }

  #allStored(content: readonly BlobId[]): boolean {
    const { needs } = this.#context;
    for (const id of content) if (!needs.hasBlob("data", id)) return false;
    return true;
  }

  #keep(folder: OpenFolder, name: Uint8Array, stat: Stat, previous: Node): void {
    const { maker } = this.#context;
    const kept = keptXattrs(previous, stat);
    const node = kept && maker.sameStat(previous, stat) ? previous : maker.make(name, stat, {
      content: previous.content!,
      xattrs: kept ?? this.#xattrsOf(folder, name),
    });
    folder.tree.add(node);
    this.#context.fileDone("unchanged", folder.path, name, stat.size);
  }

  #fromJournal(folder: OpenFolder, name: Uint8Array, stat: Stat, previous: Node | undefined): boolean {
    const found = this.#parts.journal?.find(folder.path, name, stat);
    if (!found) return false;
    const content = contentIds(found);
    if (!this.#allStored(content)) return false;
    const node = this.#context.maker.make(name, stat, { content, xattrs: this.#xattrsOf(folder, name) });
    folder.tree.add(node);
    this.#context.fileDone(previous ? "changed" : "new", folder.path, name, stat.size);
    return true;
  }

  #send(task: FileTask, again: number): void {
    const { folder, stat } = task;
    const queue = this.#parts.queue();
    // Of something that is no file any more, or has no size, one part is enough to find out.
    if (stat.size < 2 * PART_BYTES) {
      folder.filesUnderWay++;
      return queue.add(task);
    }
    const count = Math.floor(stat.size / PART_BYTES);
    const parts = new FileParts(count, again);
    for (let i = 0; i < count; i++) {
      folder.filesUnderWay++;
      queue.add({ ...task, offset: i * PART_BYTES, length: i === count - 1 ? -1 : PART_BYTES, parts });
    }
  }

  #settle(task: FileTask, outcome: FileOutcome): void {
    let linked: LinkedContent | undefined;
    if (isSaved(outcome)) {
      this.#report(task, outcome);
      const { stat, bytes, xattrs } = outcome;
      const saved = { stat, bytes, content: contentIds(outcome.content), xattrs };
      this.#finish(task, saved);
      if (outcome.kind === "saved") {
        linked = saved;
        this.#parts.checkpoints.journal?.note(task.folder.path, task.name, stat, outcome.content);
      }
    } else {
      const why = outcome.errno === "ENOENT" ? "it vanished before it was read" : outcome.message;
      this.#context.problem("SG0094", task.folder.path, task.name, "read", why);
      this.#parts.fill(task.folder, task.slot, null);
    }
    if (task.stat.links > 1) this.#settleLinks(task, linked);
  }

  #report({ folder, name }: FileTask, outcome: SavedFile): void {
    const context = this.#context;
    context.bytesAnswered += outcome.bytes;
    if (outcome.kind === "changed") {
      context.problem("SG1026", folder.path, name, "get one state of", "it kept changing while it was read");
    }
    if (outcome.xattrFailure !== "") {
      context.problem("SG0094", folder.path, name, "read the extended attributes of", outcome.xattrFailure);
    }
  }

  #settleLinks(task: FileTask, linked: LinkedContent | undefined): void {
    for (const waiting of this.#links.settle(task.stat, linked)) {
      waiting.folder.filesUnderWay--;
      if (linked && matches(linked, waiting)) this.#finishLinked(waiting, linked);
      else this.#send(waiting, 0);
      this.#parts.release(waiting.folder);
    }
  }

  #finishLinked(task: FileTask, linked: LinkedContent): void {
    this.#finish(task, { ...linked, stat: task.stat });
  }

  #finish(task: FileTask, content: LinkedContent): void {
    const { folder, name, previous, slot } = task;
    const node = this.#context.maker.make(name, content.stat, {
      content: content.content,
      size: content.bytes,
      xattrs: content.xattrs,
    });
    const same = previous !== undefined && sameNode(previous, node);
    this.#parts.fill(folder, slot, same ? previous : node);
    this.#context.fileDone(
      same ? "unchanged" : previous ? "changed" : "new",
      folder.path,
      name,
      content.bytes,
    );
  }

  #xattrsOf(folder: OpenFolder, name: Uint8Array): readonly Xattr[] {
    const { fs } = this.#context;
    if (!fs.traits.xattrs) return [];
    try {
      return fs.xattrsOf(folder.fd, name);
    } catch (error) {
      if (!isOsError(error, "ENOTSUP", "EOPNOTSUPP")) {
        this.#context.problem(
          "SG0094",
          folder.path,
          name,
          "read the extended attributes of",
          reasonOf(error),
        );
      }
      return [];
    }
  }
}
