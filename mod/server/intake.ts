// Copyright the SpareGrid authors. Apache-2.0.
import { MIB, nowMs, toHex } from "../base/mod.ts";
import { BackgroundSha256, constantTimeEqual } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { FILE_BYTES_MAX, filePath } from "../storage/mod.ts";
import { count, isRecorded, keepOrphans, repositoryAt, type StoreParts } from "./_store_parts.ts";
import { BlockPipe } from "./_block_pipe.ts";
import type { Bandwidth } from "./bandwidth.ts";
import { fileKey, type KeptRepository } from "./kept_repository.ts";
import type { PortAccount } from "./needs.ts";
import type { Reservation } from "./space.ts";
import type { StoreFile, StoreWrite } from "./store.ts";
import { mustBeWelcome } from "./welcome.ts";

/** Blocks of all uploads together that are worked on or wait for it: 32 MiB. Each upload may have one. */
const BLOCKS_MAX = 64;
/** Space that a body of unknown length takes at a time, bytes. */
const STEP_BYTES = MIB;
/** An account under way is looked at again so often, ms: an administrator may have suspended it. */
const LOOK_AGAIN_MS = 1_000;

/** A file that a client sends. */
export interface Upload {
  readonly file: StoreFile;
  readonly account: PortAccount;
  /** Each piece is copied before the next one is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Content-Length; undefined where the body is chunked. */
  readonly declaredBytes: number | undefined;
  /** What the body must hash to, where the request was signed. */
  readonly bodySha256?: Uint8Array;
  /** Stands for the connection, to tell clients apart. */
  readonly connection: object;
  readonly signal: AbortSignal;
}

/** Takes in what clients send: counts, hashes, writes, and gives it its name when all of it is right. */
export class Intake {
  readonly #parts: StoreParts;
  readonly #bandwidth: Bandwidth;
  /** Uploads under way. */
  #active = 0;
  /** Bytes per second of all accounts together; 0: no limit. */
  readonly #totalRate: () => number;

  constructor(parts: StoreParts, bandwidth: Bandwidth, totalRate: () => number) {
    this.#parts = parts;
    this.#bandwidth = bandwidth;
    this.#totalRate = totalRate;
  }

  /**
   * Stores a file durably, or verifies the body where the file is there. SG1040 when the body is not what the name says,
   * SG1004 for a second config, SG1041 too large, SG0178, SG0180, SG0200, SG1002; SG1042 and SG0191 also in the middle.
   */
  async take(upload: Upload): Promise<void> {
    const { file, account, declaredBytes } = upload;
    const repository = repositoryAt(this.#parts, file);
    if ((declaredBytes ?? 0) > FILE_BYTES_MAX[file.type]) throw tooLarge(file);
    const there = await this.#parts.store.stat(file);
    if (there !== undefined && file.type === "config") throw configExists(file);
    const damaged = this.#isDamaged(repository, file, there?.size, declaredBytes);
    if (there !== undefined && !damaged) return await this.#verifyOnly(upload);
    const essential = file.type === "locks" || file.type === "index";
    using reservation = this.#parts.space.reserve(
      account.id,
      account.quotaBytes,
      declaredBytes ?? 0,
      essential,
    );
    if (file.type === "data") await this.#sessionBegins(repository, upload);
    await using write = await this.#parts.store.begin();
    const { bytes, sha256 } = await this.#receive(upload, reservation, write);
    await this.#commit(repository, upload, { write, reservation, bytes, sha256, replace: damaged });
  }

  /** What is there is not what should be there: it is stored anew. */
  #isDamaged(
    repository: KeptRepository,
    { type, name }: StoreFile,
    size: number | undefined,
    declaredBytes: number | undefined,
  ): boolean {
    if (repository.damaged.has(fileKey(type, name))) return true;
    return size !== undefined && declaredBytes !== undefined && size !== declaredBytes;
  }

  async #verifyOnly(upload: Upload): Promise<void> {
    await this.#receive(upload, undefined, undefined);
    await this.#parts.store.settle(upload.file);
    if (await this.#parts.store.stat(upload.file) !== undefined) return;
    throw new SgError(
      "SG1015",
      `Cannot store ${filePath(upload.file)}: it was there and was removed meanwhile`,
    );
  }

  /** Reads the body to its end. Gives its length and hash, which is right. */
  async #receive(
    upload: Upload,
    reservation: Reservation | undefined,
    write: StoreWrite | undefined,
  ): Promise<{ bytes: number; sha256: Uint8Array }> {
    const { file, declaredBytes, signal } = upload;
    using hash = new BackgroundSha256();
    this.#active++;
    const blocks = new BlockPipe(
      [
        (block) => hash.update(block),
        async (block) => {
          await write?.append(block);
          reservation?.wrote(block.length);
        },
      ],
      () => Math.floor(BLOCKS_MAX / this.#active),
    );
    let bytes = 0;
    let reserved = declaredBytes ?? 0;
    let lookAgainAt = this.#parts.clock.monotonicMs() + LOOK_AGAIN_MS;
    try {
      for await (const piece of upload.body) {
        bytes += piece.length;
        if (bytes > FILE_BYTES_MAX[file.type]) throw tooLarge(file);
        for (; reservation !== undefined && bytes > reserved; reserved += STEP_BYTES) {
          reservation.grow(STEP_BYTES);
        }
        await blocks.add(piece);
        await this.#pace(upload, piece.length);
        if (this.#parts.clock.monotonicMs() < lookAgainAt) continue;
        mustBeWelcome(await this.#parts.accounts.get(upload.account.id));
        lookAgainAt = this.#parts.clock.monotonicMs() + LOOK_AGAIN_MS;
      }
    } finally {
      await blocks.end();
      this.#active--;
    }
    blocks.mustBeWhole();
    signal.throwIfAborted();
    const sha256 = hash.digest();
    mustBeRight(upload, sha256);
    return { bytes, sha256 };
  }

  async #pace({ account, signal }: Upload, bytes: number): Promise<void> {
    await this.#bandwidth.take(`account ${account.id}`, bytes, account.uploadBytesPerSecond, signal);
    await this.#bandwidth.take("all", bytes, this.#totalRate(), signal);
  }

  async #commit(
    repository: KeptRepository,
    { file, account, connection }: Upload,
    { write, reservation, bytes, sha256, replace }: {
      write: StoreWrite;
      reservation: Reservation;
      bytes: number;
      sha256: Uint8Array;
      replace: boolean;
    },
  ): Promise<void> {
    const { ledger, clock, accounts } = this.#parts;
    mustBeWelcome(await accounts.get(account.id));
    repositoryAt(this.#parts, file);
    const before = replace ? (await this.#parts.store.stat(file))?.size : undefined;
    if (!await write.commit(file, sha256, replace)) {
      if (file.type === "config") throw configExists(file);
      return;
    }
    reservation.keep(0);
    count(this.#parts, repository, {
      files: before === undefined ? 1 : 0,
      bytes: bytes - (before ?? 0),
    });
    repository.damaged.delete(fileKey(file.type, file.name));
    const now = nowMs(clock);
    const { sessions } = repository;
    if (file.type === "locks") sessions.lockStored(file.name, connection, repository.sequence, now);
    if (file.type === "index") sessions.indexStored(connection, now);
    if (file.type === "snapshots") sessions.snapshotStored(connection, now);
    if (!isRecorded(file.type)) return;
    const sequence = repository.next();
    await ledger.add(file, sequence, {
      kind: "stored",
      file: { type: file.type, name: file.name, size: bytes, sequence, storedAt: now },
    });
  }

  async #sessionBegins({ sessions, sequence }: KeptRepository, { connection }: Upload): Promise<void> {
    const now = nowMs(this.#parts.clock);
    const before = sessions.orphans(now).length;
    sessions.packComing(connection, sequence, now);
    if (sessions.orphans(now).length > before) await keepOrphans(this.#parts);
  }
}

function mustBeRight({ file, bodySha256 }: Upload, sha256: Uint8Array): void {
  if (bodySha256 !== undefined && !constantTimeEqual(bodySha256, sha256)) {
    throw new SgError("SG1044", "The body is not what its Content-Digest says");
  }
  if (file.type === "config" || toHex(sha256) === file.name) return;
  throw new SgError("SG1040", `The body of ${filePath(file)} does not hash to its name`);
}

function tooLarge(file: StoreFile): SgError {
  const limit = FILE_BYTES_MAX[file.type];
  return new SgError("SG1041", `A file in ${file.type} may hold ${limit} bytes at most`, {
    context: { limit },
  });
}

function configExists({ repository }: StoreFile): SgError {
  return new SgError("SG1004", `Repository ${repository} has a config already; it is never replaced`);
}
