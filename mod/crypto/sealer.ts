// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { type Random, SEAL_OVERHEAD } from "../base/mod.ts";
import { loadNativeCipher, type NativeCipher } from "../platform/mod.ts";
import { type Engine, makeEngine } from "./engine.ts";
import { constantTimeEqual } from "./hash.ts";
import { isZero, IV_BYTES, IvSource, writeCounter } from "./iv.ts";
import type { MasterKey } from "./master_key.ts";

const TAG_BYTES = SEAL_OVERHEAD - IV_BYTES;

/** Below this the set-up of an asynchronous decryption costs more than a slow synchronous one. */
const ASYNC_BYTES_MIN = 16 * 1024;

/**
 * Seals and opens with one key: `IV || AES-256-CTR || Poly1305-AES`, the MAC over the ciphertext. To be used by
 * one thread.
 */
export class Sealer {
  readonly #engine: Engine;
  readonly #ivs: IvSource;
  readonly #encrypt: Uint8Array<ArrayBuffer>;
  #subtleKey: Promise<CryptoKey> | undefined;
  /** Used again for every piece: small arrays are dear where there are many pieces. */
  readonly #nonce = new Uint8Array(IV_BYTES);
  readonly #tag = new Uint8Array(TAG_BYTES);

  /** `native` is for tests: null forces the runtime's ciphers. */
  constructor(key: MasterKey, random: Random, native: NativeCipher | null = loadNativeCipher() ?? null) {
    this.#engine = makeEngine(key, native);
    this.#ivs = new IvSource(random);
    this.#encrypt = new Uint8Array(key.encrypt);
  }

  /** Seals `plain` into a new array. */
  seal(plain: Uint8Array): Uint8Array<ArrayBuffer> {
    const sealed = new Uint8Array(plain.length + SEAL_OVERHEAD);
    this.sealInto(plain, sealed, 0);
    return sealed;
  }

  /** Seals `plain` to `into` at `at`, which it must not overlap. Returns the bytes written. */
  sealInto(plain: Uint8Array, into: Uint8Array, at: number): number {
    const length = checkRoom(plain.length + SEAL_OVERHEAD, into, at);
    this.#ivs.next(into, at);
    const iv = into.subarray(at, at + IV_BYTES);
    const ciphertext = into.subarray(at + IV_BYTES, at + length - TAG_BYTES);
    this.#engine.ctr(iv, plain, ciphertext);
    this.#engine.noncesInto(iv, this.#nonce);
    this.#engine.tag(this.#nonce, ciphertext, into.subarray(at + length - TAG_BYTES, at + length));
    return length;
  }

  /**
   * The plaintext of one sealed piece. The MAC is checked first, in constant time. Raises SG1005 when the piece is
   * too short, its IV is all zeros or its MAC is wrong: it is damaged, or it was sealed with another key.
   */
  open(sealed: Uint8Array): Uint8Array<ArrayBuffer> {
    const plain = new Uint8Array(Math.max(0, sealed.length - SEAL_OVERHEAD));
    this.openInto(sealed, plain);
    return plain;
  }

  /** As {@link open}, to the start of `into`, which must not overlap `sealed`; returns the bytes written. */
  openInto(sealed: Uint8Array, into: Uint8Array): number {
    const { iv, ciphertext } = this.#check(sealed);
    checkRoom(ciphertext.length, into, 0);
    this.#engine.ctr(iv, ciphertext, into.subarray(0, ciphertext.length));
    return ciphertext.length;
  }

  /** True where the synchronous calls are the fastest way for data of any size. */
  get quick(): boolean {
    return this.#engine.quick;
  }

  /**
   * Seals `pieces` one behind the other to `into` from `at` (0 when not given) on, the way of a whole pack. Returns the
   * bytes written. With the system's libcrypto it is done when the call returns; else the pieces and `into` must
   * be left alone until the promise settles. A piece may lie in `into`, exactly where its own ciphertext will be (16
   * bytes behind the end of the one before): then it is sealed in place. No piece may overlap `into` elsewhere.
   */
  async sealAll(pieces: readonly Uint8Array[], into: Uint8Array<ArrayBuffer>, at = 0): Promise<number> {
    const length = pieces.reduce((sum, piece) => sum + piece.length + SEAL_OVERHEAD, 0);
    checkRoom(length, into, at);
    const ivs = new Uint8Array(pieces.length * IV_BYTES);
    let counter = this.#ivs.base();
    for (let i = 0; i < pieces.length; i++) {
      writeCounter(counter, ivs, i * IV_BYTES);
      // An empty piece takes a number too, for an IV must not serve twice as Poly1305's nonce.
      counter += BigInt(Math.max(1, blocksOf(pieces[i]!)));
    }
    const encrypted = this.#engine.quick ? undefined : await this.#encryptTogether(pieces, ivs);
    const nonces = new Uint8Array(ivs.length);
    this.#engine.noncesInto(ivs, nonces);
    let place = at;
    let from = 0;
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!;
      const iv = ivs.subarray(i * IV_BYTES, (i + 1) * IV_BYTES);
      into.set(iv, place);
      place += IV_BYTES;
      const ciphertext = into.subarray(place, place + piece.length);
      if (encrypted) ciphertext.set(encrypted.subarray(from, from + piece.length));
      else this.#engine.ctr(iv, piece, ciphertext);
      from += Math.max(1, blocksOf(piece)) * IV_BYTES;
      place += piece.length;
      const nonce = nonces.subarray(i * IV_BYTES, (i + 1) * IV_BYTES);
      this.#engine.tag(nonce, ciphertext, into.subarray(place, place + TAG_BYTES));
      place += TAG_BYTES;
    }
    return length;
  }

  /** The plaintexts of `pieces`, in order. All MACs are checked before anything is decrypted. Errors as of `open`. */
  async openAll(pieces: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const checked = pieces.map((piece) => this.#check(piece));
    return await Promise.all(checked.map(({ iv, ciphertext }) => {
      if (!this.#engine.quick && ciphertext.length >= ASYNC_BYTES_MIN) return this.#subtle(iv, ciphertext);
      const plain = new Uint8Array(ciphertext.length);
      this.#engine.ctr(iv, ciphertext, plain);
      return plain;
    }));
  }

  /** Lays the pieces into one buffer, each at the start of a block, so that one call encrypts them all. */
  async #encryptTogether(pieces: readonly Uint8Array[], ivs: Uint8Array): Promise<Uint8Array> {
    if (pieces.length === 0) return ivs;
    const blocks = pieces.reduce((sum, piece) => sum + Math.max(1, blocksOf(piece)), 0);
    const plain = new Uint8Array(blocks * IV_BYTES);
    let at = 0;
    for (const piece of pieces) {
      plain.set(piece, at);
      at += Math.max(1, blocksOf(piece)) * IV_BYTES;
    }
    return await this.#subtle(ivs.subarray(0, IV_BYTES), plain);
  }

  /** AES-256-CTR by the runtime's asynchronous cipher. Encrypts and decrypts. */
  async #subtle(iv: Uint8Array, from: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    this.#subtleKey ??= crypto.subtle.importKey("raw", this.#encrypt, "AES-CTR", false, ["encrypt"]);
    const algorithm = { name: "AES-CTR", counter: iv as Uint8Array<ArrayBuffer>, length: 128 };
    return new Uint8Array(
      await crypto.subtle.encrypt(algorithm, await this.#subtleKey, from as Uint8Array<ArrayBuffer>),
    );
  }

  #check(sealed: Uint8Array): { iv: Uint8Array; ciphertext: Uint8Array } {
    if (sealed.length < SEAL_OVERHEAD) throw cannotOpen("it is too short");
    if (isZero(sealed, 0)) throw cannotOpen("its IV is all zeros");
    const iv = sealed.subarray(0, IV_BYTES);
    const ciphertext = sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES);
    this.#engine.noncesInto(iv, this.#nonce);
    this.#engine.tag(this.#nonce, ciphertext, this.#tag);
    if (!constantTimeEqual(this.#tag, sealed.subarray(sealed.length - TAG_BYTES))) {
      throw cannotOpen("its authentication code is wrong");
    }
    return { iv, ciphertext };
  }
}

function blocksOf(piece: Uint8Array): number {
  return Math.ceil(piece.length / IV_BYTES);
}

function checkRoom(length: number, into: Uint8Array, at: number): number {
  if (!(at >= 0 && at + length <= into.length)) {
    throw new RangeError(`Cannot seal: ${length} bytes do not fit at ${at} of ${into.length}`);
  }
  return length;
}

function cannotOpen(why: string): SgError {
  return new SgError("SG1005", `Cannot open the sealed data: ${why}`);
}
