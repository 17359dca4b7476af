// Copyright the SpareGrid authors. Apache-2.0.
import { createHash, type Hash } from "node:crypto";
import { loadNativeSha256, type NativeSha256, type NativeSha256Run } from "../platform/mod.ts";

let native: NativeSha256 | null | undefined;

/** An own array over a digest, which the runtime may have put in a buffer shared with others. */
function own(digest: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(digest);
}

/** SHA-256 (FIPS 180-4) of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const hash = new Uint8Array(32);
  sha256Into(bytes, hash);
  return hash;
}

/**
 * As {@link sha256}, to the start of `into`: for many small pieces, where making the runtime's hash object and the array
 * costs more than the hashing.
 */
export function sha256Into(bytes: Uint8Array, into: Uint8Array): void {
  native ??= loadNativeSha256() ?? null;
  if (native) native.digest(bytes, into);
  else into.set(createHash("sha256").update(bytes).digest());
}

/** SHA-256 of `bytes` as 64 lower-case hexadecimal digits: the form of ids. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of bytes that come in pieces. */
export class Sha256 {
  readonly #hash: Hash = createHash("sha256");

  /** Takes in the next piece. */
  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  /** The hash of all pieces, 32 bytes. To be asked once, at the end. */
  digest(): Uint8Array<ArrayBuffer> {
    return own(this.#hash.digest());
  }
}

/**
 * SHA-256 of large bytes that come in pieces, worked on beside this thread where the system's libcrypto can be reached:
 * for a thread that has others to serve meanwhile. `using`, when nothing is pending.
 */
export class BackgroundSha256 implements Disposable {
  readonly #run: NativeSha256Run | undefined;
  readonly #hash: Sha256 | undefined;
  #freed = false;

  constructor() {
    native ??= loadNativeSha256() ?? null;
    if (native) this.#run = native.begin();
    else this.#hash = new Sha256();
  }

  /** Takes in the next piece; one at a time. The piece must not change until this resolves. */
  async update(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#run) await this.#run.update(bytes);
    else this.#hash!.update(bytes);
  }

  /** The hash of all pieces, 32 bytes. To be asked once, at the end. */
  digest(): Uint8Array<ArrayBuffer> {
    if (!this.#run) return this.#hash!.digest();
    const hash = new Uint8Array(32);
    this.#run.finish(hash);
    return hash;
  }

  [Symbol.dispose](): void {
    if (!this.#freed) this.#run?.free();
    this.#freed = true;
  }
}

/** True when both hold the same bytes, in a time that depends on their lengths only. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
