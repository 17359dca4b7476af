// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes } from "../base/mod.ts";

/** One entry of a zip archive; the last fields fill up while it is written. */
export interface ZipEntry {
  readonly name: Uint8Array;
  readonly isUtf8: boolean;
  /** `st_mode`: type and permissions. */
  readonly mode: number;
  readonly isFolder: boolean;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  /** Where its local header stands. */
  readonly offset: number;
  /** Sizes follow the content instead of standing before it. */
  streamed: boolean;
  /** May pass 4 GiB: sizes take 8 bytes. */
  readonly large: boolean;
  deflated: boolean;
  crc: number;
  size: number;
  packedSize: number;
}

const U32_MAX = 0xffff_ffff;
const U16_MAX = 0xffff;
const FLAG_STREAMED = 1 << 3;
const FLAG_UTF8 = 1 << 11;
/** Version 4.5 (zip64), made on Unix. */
const NEEDED = 45;
const MADE_BY = 3 << 8 | NEEDED;
const FOLDER_ATTRIBUTE = 0x10;

/** Bytes of the fields of any record, names and extra fields not counted. */
const FIELDS_BYTES_MAX = 128;

/** Writes little-endian fields one after the other. */
class Record {
  readonly #fields = new DataView(new ArrayBuffer(FIELDS_BYTES_MAX));
  #length = 0;
  readonly #tail: Uint8Array[] = [];

  u8(value: number): this {
    this.#fields.setUint8(this.#length++, value);
    return this;
  }

  u16(value: number): this {
    this.#fields.setUint16(this.#length, value, true);
    this.#length += 2;
    return this;
  }

  u32(value: number): this {
    this.#fields.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  /** Appends bytes after all fields. */
  tail(bytes: Uint8Array): this {
    this.#tail.push(bytes);
    return this;
  }

  take(): Uint8Array {
    return concatBytes([new Uint8Array(this.#fields.buffer, 0, this.#length), ...this.#tail]);
  }
}

/** APPNOTE 4.3.7. */
export function localHeader(entry: ZipEntry): Uint8Array {
  const zip64 = entry.large;
  const extra = new Record();
  if (zip64) {
    extra.u16(1).u16(16).u64(entry.streamed ? 0 : entry.size).u64(entry.streamed ? 0 : entry.packedSize);
  }
  addUnixFields(extra, entry);
  const extraBytes = extra.take();
  const sizes = !entry.streamed && !zip64;
  const record = new Record().u32(0x04034b50).u16(NEEDED);
  addCommonFields(record, entry);
  return record
    .u32(entry.streamed ? 0 : entry.crc)
    .u32(zip64 ? U32_MAX : sizes ? entry.packedSize : 0)
    .u32(zip64 ? U32_MAX : sizes ? entry.size : 0)
    .u16(entry.name.length)
    .u16(extraBytes.length)
    .tail(entry.name)
    .tail(extraBytes)
    .take();
}

/** APPNOTE 4.3.9. */
export function dataDescriptor(entry: ZipEntry): Uint8Array {
  const record = new Record().u32(0x08074b50).u32(entry.crc);
  return (entry.large
    ? record.u64(entry.packedSize).u64(entry.size)
    : record.u32(entry.packedSize).u32(entry.size)).take();
}

/** APPNOTE 4.3.12. */
export function centralEntry(entry: ZipEntry): Uint8Array {
  const { size, packedSize, offset } = entry;
  const extra = new Record();
  const wide = [size, packedSize, offset].filter((value) => value >= U32_MAX);
  if (wide.length > 0) {
    extra.u16(1).u16(8 * wide.length);
    for (const value of wide) extra.u64(value);
  }
  addUnixFields(extra, entry);
  const extraBytes = extra.take();
  const record = new Record().u32(0x02014b50).u16(MADE_BY).u16(NEEDED);
  addCommonFields(record, entry);
  return record
    .u32(entry.crc)
    .u32(Math.min(packedSize, U32_MAX))
    .u32(Math.min(size, U32_MAX))
    .u16(entry.name.length)
    .u16(extraBytes.length)
    .u16(0)
    .u16(0)
    .u16(0)
    .u32((entry.mode << 16 | (entry.isFolder ? FOLDER_ATTRIBUTE : 0)) >>> 0)
    .u32(Math.min(offset, U32_MAX))
    .tail(entry.name)
    .tail(extraBytes)
    .take();
}

/** APPNOTE 4.3.14 to 4.3.16: the end, with its zip64 form before it where numbers are large. */
export function centralEnd(entries: number, start: number, length: number): Uint8Array {
  const record = new Record();
  if (entries >= U16_MAX || start >= U32_MAX || length >= U32_MAX) {
    record.u32(0x06064b50).u64(44).u16(MADE_BY).u16(NEEDED).u32(0).u32(0);
    record.u64(entries).u64(entries).u64(length).u64(start);
    record.u32(0x07064b50).u32(0).u64(start + length).u32(1);
  }
  const short = Math.min(entries, U16_MAX);
  return record.u32(0x06054b50).u16(0).u16(0).u16(short).u16(short)
    .u32(Math.min(length, U32_MAX)).u32(Math.min(start, U32_MAX)).u16(0).take();
}

/** Flags, method and DOS time, which both headers have alike. */
function addCommonFields(record: Record, entry: ZipEntry): void {
  const [time, date] = dosTime(entry.mtime);
  record.u16((entry.streamed ? FLAG_STREAMED : 0) | (entry.isUtf8 ? FLAG_UTF8 : 0))
    .u16(entry.deflated ? 8 : 0).u16(time).u16(date);
}

/** Info-ZIP's extra fields: time in seconds where it fits 32 bits, and owner. */
function addUnixFields(record: Record, { mtime, uid, gid }: ZipEntry): void {
  if (mtime >= -(2 ** 31) && mtime < 2 ** 31) record.u16(0x5455).u16(5).u8(1).u32(mtime);
  record.u16(0x7875).u16(11).u8(1).u8(4).u32(uid).u8(4).u32(gid);
}

/** MS-DOS time and date, UTC, 1980 to 2107. */
function dosTime(seconds: number): [number, number] {
  const clamped = Math.min(Math.max(seconds, 315532800), 4354819198);
  const date = new Date(clamped * 1000);
  return [
    date.getUTCHours() << 11 | date.getUTCMinutes() << 5 | date.getUTCSeconds() >> 1,
    (date.getUTCFullYear() - 1980) << 9 | (date.getUTCMonth() + 1) << 5 | date.getUTCDate(),
  ];
}
