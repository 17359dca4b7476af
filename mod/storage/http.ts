// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, fromHex, type Random } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { inLargePages } from "../platform/mod.ts";
import { throwIfAborted } from "./abort.ts";
import {
  assertHandle,
  assertRange,
  existsAlready,
  filePath,
  noSuchFile,
  pastTheEnd,
  tooLarge,
  WHOLE_FILE_BYTES_MAX,
} from "./file_handle.ts";
import { type RestLocation, showLocation } from "./location.ts";
import type { HttpTrust } from "./_http_agent.ts";
import type { HttpExchange } from "./_http_exchange.ts";
import { missingFiles, refusal, usageOf, wrongAnswer } from "./_http_additions.ts";
import { isBrokenOff, namedCode, statusFailure } from "./_http_failure.ts";
import { listedFiles } from "./_http_list.ts";
import { RequestSigner } from "./_http_signer.ts";
import { type HttpRequest, HttpTransport } from "./_http_transport.ts";
import type {
  FileHandle,
  FileType,
  LoadRange,
  Storage,
  StorageCall,
  StorageUsage,
  StoredFile,
} from "./storage.ts";

/** What an {@link HttpStorage} can be told. */
export interface HttpStorageOptions extends HttpTrust {
  /** Used where the location names none. */
  readonly username?: string;
  readonly password?: string;
  /**
   * Prove user name and password (a SpareGrid account and its secret) by signing each request, and never send them; needs
   * `random`. Only servers of SpareGrid understand it.
   */
  readonly signed?: boolean;
  /** Where signatures get their nonces from. */
  readonly random?: Random;
  /** Requests at a time. */
  readonly connections?: number;
  /** Silence from the server, milliseconds, after which a request has failed. */
  readonly idleMs?: number;
}

/** Yesterday's list would make a prune remove what was stored since: nothing between may answer by itself. */
const ACCEPT = { accept: "application/vnd.x.restic.rest.v2", "cache-control": "no-cache" };
const BODY = { ...ACCEPT, "content-type": "application/octet-stream" };

/** A download that breaks off is taken up again this often, as long as each part brings so many bytes. */
const RESUMES_MAX = 20;
const RESUME_BYTES_MIN = 512;

/**
 * A store behind a server that speaks restic's REST protocol, version 1 or 2.
 *
 * Only the exact answer counts: a part must be the part that was asked for, a length must be met, a redirect or a
 * success of another kind is an error. A download that breaks off goes on from where it stopped. It does not repeat
 * failed requests otherwise; wrap it in `withRetry` for that.
 */
export class HttpStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly paces = true;
  readonly #transport: HttpTransport;

  constructor(location: RestLocation, clock: Clock, options: HttpStorageOptions = {}) {
    this.location = showLocation(location);
    this.connections = options.connections ?? 8;
    const username = location.username ?? options.username;
    const password = location.password ?? options.password;
    const { signed, random } = options;
    const signer = signed ? signerOf({ account: username, secret: password, clock, random }) : undefined;
    this.#transport = new HttpTransport({
      clock,
      url: location.url,
      connections: this.connections,
      idleMs: options.idleMs ?? 60_000,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(signer && { signer }),
      ...(options.caCertificates === undefined ? {} : { caCertificates: options.caCertificates }),
      ...(options.pinnedSha256 === undefined ? {} : { pinnedSha256: options.pinnedSha256 }),
    });
  }

  async create(call?: StorageCall): Promise<void> {
    if (await this.#sizeOf({ type: "config", name: "" }, call) !== undefined) {
      throw existsAlready(this.location);
    }
    const doing = `create repository at ${this.location}`;
    await this.#simple(
      { method: "POST", path: "?create=true", headers: ACCEPT, doing, signal: call?.signal },
      async (answer) => {
        if (answer.status !== 200) throw await refusal(doing, true, answer);
      },
    );
  }

  async save(file: FileHandle, bytes: Uint8Array<ArrayBuffer>, call?: StorageCall): Promise<void> {
    assertHandle(file);
    // Servers differ in what they say to a second config; none may replace the first.
    if (file.type === "config" && await this.#sizeOf(file, call) !== undefined) {
      throw existsAlready(this.location);
    }
    const doing = this.#doing("save", file);
    call?.guard?.();
    const { result: refused, bodyBytes } = await this.#simple(
      {
        method: "POST",
        path: filePath(file),
        headers: BODY,
        body: bytes,
        // The name of a file is the hash of its content.
        ...(file.type !== "config" && { bodySha256: fromHex(file.name) }),
        doing,
        signal: call?.signal,
        pace: call?.pace,
      },
      async (answer) =>
        answer.status === 200
          ? undefined
          : { status: answer.status, error: await refusal(doing, true, answer), named: namedCode(answer) },
    );
    if (!refused) {
      if (bodyBytes === 0 || await this.#sizeOf(file, call) === bytes.length) return;
      throw wrongAnswer(doing, "with a page of its own and did not store the file");
    }
    // 403 and 409 are also what servers say to a name that exists.
    const exists = (refused.status === 403 || refused.status === 409) &&
      (refused.named === undefined || refused.named === "SG1045");
    const there = exists ? await this.#sizeOf(file, call) : undefined;
    if (there === undefined) throw refused.error;
    if (file.type === "config") throw existsAlready(this.location);
    if (there === bytes.length) return;
    throw new SgError(
      "SG1005",
      `Cannot ${doing}: the server holds ${there} bytes under this name instead of ${bytes.length}`,
      { cause: refused.error, context: { file: filePath(file), size: there, expected: bytes.length } },
    );
  }

  async load(file: FileHandle, range: LoadRange = {}): Promise<Uint8Array<ArrayBuffer>> {
    assertHandle(file);
    assertRange(file, range);
    // HTTP has no empty range.
    if (range.length === 0) {
      const { size } = await this.stat(file, range);
      if ((range.offset ?? 0) > size) throw pastTheEnd(file, range.offset ?? 0, 0, size);
      return new Uint8Array(0);
    }
    const download = new Download(file, range, this.#doing("load", file));
    for (let resumes = 0;; resumes++) {
      const before = download.got;
      try {
        return await this.#transport.exchange(download.request(), (answer) => download.receive(answer));
      } catch (error) {
        const worthwhile = isBrokenOff(error) && download.got >= before + RESUME_BYTES_MIN &&
          resumes < RESUMES_MAX;
        if (!worthwhile) throw error;
      }
    }
  }

  async stat(file: FileHandle, call?: StorageCall): Promise<StoredFile> {
    assertHandle(file);
    const size = await this.#sizeOf(file, call);
    if (size === undefined) throw noSuchFile("find", file);
    return { name: file.name, size };
  }

  async *list(type: FileType, call?: StorageCall): AsyncIterable<StoredFile> {
    if (type === "config") {
      const size = await this.#sizeOf({ type, name: "" }, call);
      if (size !== undefined) yield { name: "", size };
      return;
    }
    const doing = `list ${type} at ${this.location}`;
    const request: HttpRequest = {
      method: "GET",
      path: `${type}/`,
      headers: ACCEPT,
      doing,
      signal: call?.signal,
    };
    using answer = await this.#transport.open(request);
    if (answer.status === 404 && !answer.header("server")?.startsWith("rclone/")) {
      return refuseOld(doing, answer);
    }
    if (answer.status !== 200) throw await refusal(doing, false, answer);
    refuseOld(doing, answer);
    const nameless: string[] = [];
    for await (const file of listedFiles(type, answer, doing)) {
      throwIfAborted(call?.signal);
      if (file.size === undefined) nameless.push(file.name);
      else yield { name: file.name, size: file.size };
    }
    yield* this.#withSizes(type, nameless, call);
  }

  async remove(file: FileHandle, call?: StorageCall): Promise<void> {
    assertHandle(file);
    const doing = this.#doing("remove", file);
    call?.guard?.();
    const { bodyBytes } = await this.#simple(
      { method: "DELETE", path: filePath(file), headers: ACCEPT, doing, signal: call?.signal },
      async (answer) => {
        if (answer.status === 404) throw noSuchFile("remove", file);
        if (answer.status !== 200) throw await refusal(doing, true, answer);
      },
    );
    if (bodyBytes > 0 && await this.#sizeOf(file, call) !== undefined) {
      throw wrongAnswer(doing, "with a page of its own and did not remove the file");
    }
  }

  missing(files: readonly FileHandle[], call?: StorageCall): Promise<FileHandle[] | undefined> {
    files.forEach(assertHandle);
    return missingFiles(this.#transport, this.location, files, call);
  }

  usage(call?: StorageCall): Promise<StorageUsage | undefined> {
    return usageOf(this.#transport, this.location, call);
  }

  rest(): void {
    this.#transport.rest();
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  #doing(verb: string, file: FileHandle): string {
    return `${verb} ${filePath(file)} at ${this.location}`;
  }

  /**
   * An exchange in which the head of the answer says all. Servers send no body with it; where there is one, something in
   * between may have answered in the server's place, and whatever was to be done must be looked for.
   */
  #simple<T>(
    request: HttpRequest,
    use: (answer: HttpExchange) => T | Promise<T>,
  ): Promise<{ readonly result: T; readonly bodyBytes: number }> {
    return this.#transport.exchange(request, async (answer) => {
      const result = await use(answer);
      return { result, bodyBytes: await answer.drain() };
    });
  }

  /** Bytes of a stored file; undefined where there is none. */
  async #sizeOf(file: FileHandle, call?: StorageCall): Promise<number | undefined> {
    const doing = this.#doing("find", file);
    const request: HttpRequest = {
      method: "HEAD",
      path: filePath(file),
      headers: ACCEPT,
      doing,
      signal: call?.signal,
    };
    const { result } = await this.#simple(request, (answer) => {
      refuseOld(doing, answer);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw statusFailure(doing, false, answer);
      if (answer.contentLength === undefined) throw wrongAnswer(doing, "without a length");
      return answer.contentLength;
    });
    return result;
  }

  /** Version 1 lists names alone: asks for each size, several at a time. */
  async *#withSizes(type: FileType, names: string[], call?: StorageCall): AsyncIterable<StoredFile> {
    for (let at = 0; at < names.length; at += this.connections) {
      const some = names.slice(at, at + this.connections);
      const sizes = await Promise.all(some.map((name) => this.#sizeOf({ type, name }, call)));
      for (let i = 0; i < some.length; i++) {
        // Removed since it was listed: not there.
        if (sizes[i] !== undefined) yield { name: some[i]!, size: sizes[i]! };
      }
    }
  }
}

/** A file, or a part of one, on its way here, over one or several answers. */
class Download {
  /** Bytes that have arrived. */
  got = 0;
  readonly #file: FileHandle;
  readonly #doing: string;
  readonly #offset: number;
  /** Bytes in all; known from the first answer where the caller asked for all that is there. */
  #length: number | undefined;
  #into: Uint8Array<ArrayBuffer> | undefined;
  readonly #range: LoadRange;

  constructor(file: FileHandle, range: LoadRange, doing: string) {
    this.#file = file;
    this.#doing = doing;
    this.#range = range;
    this.#offset = range.offset ?? 0;
    this.#length = range.length;
  }

  /** The request for what is still missing. */
  request(): HttpRequest {
    const first = this.#offset + this.got;
    const last = this.#length === undefined ? "" : String(this.#offset + this.#length - 1);
    const whole = first === 0 && last === "";
    return {
      method: "GET",
      path: filePath(this.#file),
      headers: whole ? ACCEPT : { ...ACCEPT, range: `bytes=${first}-${last}` },
      doing: this.#doing,
      signal: this.#range.signal,
    };
  }

  /** Takes what an answer brings. Throws SG0083 where it breaks off; then the next request asks for the rest. */
  async receive(answer: HttpExchange): Promise<Uint8Array<ArrayBuffer>> {
    const end = this.got + await this.#expect(answer);
    const into = this.#into ??= inLargePages(new Uint8Array(this.#length!));
    for await (const chunk of answer.chunks()) {
      if (this.#range.pace) await this.#range.pace(chunk.length);
      if (this.got + chunk.length > end) {
        throw wrongAnswer(this.#doing, "with more bytes than were asked for");
      }
      into.set(chunk, this.got);
      this.got += chunk.length;
    }
    if (this.got < end) throw new SgError("SG0083", `Cannot ${this.#doing}: the answer broke off`);
    return into;
  }

  /** Checks the head of an answer; gives the bytes that it must bring. */
  async #expect(answer: HttpExchange): Promise<number> {
    if (answer.status === 404) throw noSuchFile("load", this.#file);
    if (answer.status === 416) throw pastTheEnd(this.#file, this.#offset, this.#length ?? 0);
    const first = this.#offset + this.got;
    if (first === 0 && this.#length === undefined) {
      if (answer.status !== 200) throw await this.#unexpected(answer);
      if (answer.contentLength === undefined) throw wrongAnswer(this.#doing, "without a length");
      return this.#setLength(answer.contentLength);
    }
    if (answer.status !== 206) throw await this.#unexpected(answer);
    const part = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(answer.header("content-range") ?? "");
    const [from, last, total] = part ? part.slice(1).map(Number) as [number, number, number] : [-1, -1, -1];
    if (from !== first || last < from || total <= last) {
      throw wrongAnswer(this.#doing, "with another part of the file than was asked for");
    }
    const length = this.#length ?? this.#setLength(total - this.#offset);
    if (this.#offset + length > total) throw pastTheEnd(this.#file, this.#offset, length, total);
    const bytes = last - from + 1;
    if (bytes !== length - this.got || (answer.contentLength ?? bytes) !== bytes) {
      throw wrongAnswer(this.#doing, "with another part of the file than was asked for");
    }
    return bytes;
  }

  #setLength(length: number): number {
    if (length > WHOLE_FILE_BYTES_MAX) throw tooLarge(this.#file, length);
    return this.#length = length;
  }

  async #unexpected(answer: HttpExchange): Promise<SgError> {
    return answer.status >= 200 && answer.status < 300
      ? wrongAnswer(this.#doing, `with status ${answer.status}, which was not asked for`)
      : await refusal(this.#doing, false, answer);
  }
}

/** Refuses what a cache says is an old answer. Files never change, so of their bytes any answer will do. */
function refuseOld(doing: string, answer: HttpExchange): void {
  const age = answer.header("age");
  if (age !== undefined && age.trim() !== "0") throw wrongAnswer(doing, "out of a cache, not from now");
}

function signerOf(
  { account, secret, clock, random }: {
    readonly account: string | undefined;
    readonly secret: string | undefined;
    readonly clock: Clock;
    readonly random: Random | undefined;
  },
): RequestSigner {
  if (!random) throw new SgError("SG1023", "Cannot sign requests without randomness");
  return new RequestSigner({ account: account ?? "", secret: secret ?? "", clock, random });
}
