// Copyright the SpareGrid authors. Apache-2.0.
import { type Instant, utf8, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

const BILLION = 1_000_000_000n;

/** Appends numbers and byte strings to a buffer that grows. Little-endian. */
export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was appended, in a buffer of its own. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** 0 to 255. */
  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** 0 to 2^32 - 1. */
  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** Any double; exact for whole numbers up to 2^53. */
  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** 0 to 2^64 - 1. */
  u64(value: bigint): void {
    this.#room(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** A time: whole seconds and nanoseconds, so that far years fit. */
  instant(value: Instant): void {
    let seconds = value / BILLION;
    let nanos = value % BILLION;
    if (nanos < 0n) {
      nanos += BILLION;
      seconds -= 1n;
    }
    this.f64(Number(seconds));
    this.u32(Number(nanos));
  }

  /** Bytes with their length before them. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.raw(value);
  }

  /** Bytes of a length that the reader knows. */
  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Text in UTF-8 with its length before it. */
  text(value: string): void {
    this.bytes(utf8(value));
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a {@link ByteSink} wrote. Running past the end is SG1023: both sides are this program. */
export class ByteSource {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True when everything was read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.#bytes[this.#step(1)]!;
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#step(8), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#step(8), true);
  }

  instant(): Instant {
    return BigInt(this.f64()) * BILLION + BigInt(this.u32());
  }

  /** A view of the source, not a copy. */
  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  /** A view of the source, not a copy. */
  raw(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return utf8Text(this.bytes());
  }

  /** A count of things of at least `least` bytes each; refuses one that the rest cannot hold. */
  count(least = 1): number {
    const value = this.u32();
    if (value * least > this.#bytes.length - this.#at) throw malformed();
    return value;
  }

  #step(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw malformed();
    this.#at = at + length;
    return at;
  }
}

const malformed = () => new SgError("SG1023", "Cannot read the order of a worker thread: it ends too early");
