// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "./bytes.ts";
import type { Instant } from "./clock.ts";

/** Writes compact records one after the other into a buffer that grows: for messages between threads and for files. Little-endian. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** Bytes written. */
  length = 0;

  constructor(capacity = 16_384) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** Unsigned, below 2^64. */
  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  /** Any time within 2^95 ns of the epoch: 64 bits end in the year 2262. */
  instant(value: Instant): void {
    this.#reserve(12);
    this.#view.setBigUint64(this.length, BigInt.asUintN(64, value), true);
    this.#view.setInt32(this.length + 8, Number(value >> 64n), true);
    this.length += 12;
  }

  /** The bytes alone, without a length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A 32 bit length and the bytes. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** Text in UTF-8, as {@link bytes}. */
  text(value: string): void {
    this.bytes(value === "" ? NOTHING : utf8(value));
  }

  /** Overwrites the number at `at`. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** What was written: a view that the next write may change. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of what was written, in a buffer of its own; starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(0, this.length);
    this.length = 0;
    return copy;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const NOTHING = new Uint8Array(0);

/** Reads what {@link ByteWriter} wrote. Every read beyond the end is a `RangeError`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Position of the next read. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True when all is read. */
  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  u8(): number {
    const value = this.#view.getUint8(this.at);
    this.at += 1;
    return value;
  }

  u16(): number {
    const value = this.#view.getUint16(this.at, true);
    this.at += 2;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  u64(): bigint {
    const value = this.#view.getBigUint64(this.at, true);
    this.at += 8;
    return value;
  }

  instant(): Instant {
    const high = this.#view.getInt32(this.at + 8, true);
    const low = this.#view.getBigInt64(this.at, true);
    this.at += 12;
    return high === (low < 0n ? -1 : 0) ? low : (BigInt(high) << 64n) + BigInt.asUintN(64, low);
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    if (this.at + length > this.#bytes.length) throw new RangeError("Cannot read beyond the end of a record");
    const view = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return view;
  }

  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  text(): string {
    return utf8Text(this.bytes());
  }
}
