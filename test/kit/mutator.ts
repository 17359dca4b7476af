// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, utf8 } from "../../mod/base/mod.ts";

/** Choices that look random (splitmix32) and are the same for the same seed. */
export class Dice {
  #state: number;

  /** Any texts and numbers make the seed. */
  constructor(...seed: readonly (string | number)[]) {
    let state = 0x811c9dc5;
    for (const byte of utf8(seed.join("\0"))) state = Math.imul(state ^ byte, 0x01000193);
    this.#state = state >>> 0;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ z >>> 16, 0x21f0aaad);
    z = Math.imul(z ^ z >>> 15, 0x735a2d97);
    return Math.floor(((z ^ z >>> 15) >>> 0) / 2 ** 32 * end);
  }

  /** One of the items. */
  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

const U32S = [0, 1, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_ffe0, 0x0100_0000, 37, 41];

/** The bytes with one thing changed. `others` are good files to steal from. */
function mutateOnce(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const length = Math.min(dice.below(dice.of([2, 9, 40, 5000])), bytes.length - at);
  const around = (middle: Uint8Array) =>
    concatBytes([bytes.subarray(0, at), middle, bytes.subarray(at + length)]);
  switch (dice.below(9)) {
    case 0:
      return bytes.map((byte, i) => i === at ? byte ^ 1 << dice.below(8) : byte);
    case 1:
      return bytes.map((byte, i) => i >= at && i < at + length ? dice.below(256) : byte);
    case 2:
      return around(new Uint8Array());
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return concatBytes([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 5:
      return around(dice.bytes(dice.below(40)));
    case 6: {
      const other = dice.of(others);
      const from = dice.below(other.length + 1);
      return around(other.subarray(from, from + dice.below(200)));
    }
    case 7: {
      if (bytes.length < 4) return dice.bytes(4);
      const copy = bytes.slice();
      const place = dice.once(2)
        ? copy.length - 4 - Math.min(dice.below(4), copy.length - 4)
        : dice.below(copy.length - 3);
      new DataView(copy.buffer).setUint32(place, dice.of(U32S), dice.once(4) ? false : true);
      return copy;
    }
    default:
      return around(
        concatBytes(Array.from({ length: dice.below(50) }, () => bytes.subarray(at, at + length))),
      );
  }
}

/** Good bytes with one to four things changed, or now and then none or nothing but noise. */
export function mutateBytes(good: readonly Uint8Array[], dice: Dice): Uint8Array<ArrayBuffer> {
  if (dice.once(40)) return dice.bytes(dice.below(300));
  let bytes = dice.of(good);
  for (let i = dice.below(5); i > 0; i--) bytes = mutateOnce(bytes, dice, good);
  return bytes.slice();
}

/** JSON as it is put down, with room for what no object can hold: repeated keys, raw text. */
type Json =
  | { readonly kind: "raw"; text: string }
  | { readonly kind: "list"; items: Json[] }
  | { readonly kind: "object"; fields: [string, Json][] };

const RAW = [
  ...["null", "true", "false", "0", "-0", "-1", "1", "0.5", "-1e-7", "1e308", "1e400", "2147483648"],
  ...[
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9223372036854775808",
  ],
  ...["9223372036854775807", "18446744073709551615", "18446744073709551616", "9".repeat(400), "1.5e3"],
  ...[
    '""',
    '"x"',
    '"\\ud800"',
    '"\\u0000"',
    '"\\\\x00"',
    '"\\\\q"',
    '".."',
    '"a/b"',
    '"file"',
    '"dir"',
    '"data"',
    '"tree"',
  ],
  ...[
    '"2023-11-14T22:13:20.123456789+23:59"',
    '"9999-12-31T23:59:59Z"',
    '"0000-01-01T00:00:00Z"',
    '"%"',
    '"QQ=="',
  ],
  ...[`"${"ab".repeat(32)}"`, `"${"AB".repeat(32)}"`, `"${"0".repeat(64)}"`, `"${"l".repeat(5000)}"`],
  ...[
    "[]",
    "{}",
    "[[]]",
    "[null]",
    '{"length":3}',
    '{"__proto__":{"name":"x"}}',
    '{"valueOf":1,"toString":1}',
  ],
  ...[
    `${"[".repeat(150)}${"]".repeat(150)}`,
    `${'{"a":'.repeat(150)}1${"}".repeat(150)}`,
    "[".repeat(3000),
    "01",
    "+1",
    "NaN",
    "undefined",
    "",
    ",",
  ],
];
const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  "name",
  "type",
  "id",
  "\u0000",
  "NAME",
];

function fromValue(value: unknown): Json {
  if (Array.isArray(value)) return { kind: "list", items: value.map(fromValue) };
  if (typeof value === "object" && value !== null) {
    return { kind: "object", fields: Object.entries(value).map(([key, item]) => [key, fromValue(item)]) };
  }
  return { kind: "raw", text: JSON.stringify(value) };
}

function textOf(json: Json): string {
  if (json.kind === "raw") return json.text;
  if (json.kind === "list") return `[${json.items.map(textOf).join(",")}]`;
  return `{${json.fields.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`).join(",")}}`;
}

/** Every list and object inside. */
function containers(
  json: Json,
  into: Exclude<Json, { kind: "raw" }>[] = [],
): Exclude<Json, { kind: "raw" }>[] {
  if (json.kind === "raw") return into;
  into.push(json);
  for (const item of json.kind === "list" ? json.items : json.fields.map(([, each]) => each)) {
    containers(item, into);
  }
  return into;
}

function mutateObject(fields: [string, Json][], dice: Dice): void {
  const at = dice.below(fields.length);
  const field = fields[at];
  if (!field) return void fields.push([dice.of(KEYS), { kind: "raw", text: dice.of(RAW) }]);
  switch (dice.below(7)) {
    case 0:
      return void fields.splice(at, 1);
    case 1:
      return void fields.splice(dice.below(fields.length + 1), 0, [field[0], {
        kind: "raw",
        text: dice.of(RAW),
      }]);
    case 2:
      field[0] = dice.once(2) ? dice.of(KEYS) : dice.of(fields)[0];
      return;
    case 3: {
      const other = dice.of(fields);
      [field[1], other[1]] = [other[1], field[1]];
      return;
    }
    case 4:
      field[1] = { kind: "list", items: [field[1]] };
      return;
    default:
      field[1] = { kind: "raw", text: dice.of(RAW) };
  }
}

function mutateList(items: Json[], dice: Dice): void {
  const at = dice.below(items.length);
  const item = items[at];
  if (!item) return void items.push({ kind: "raw", text: dice.of(RAW) });
  switch (dice.below(5)) {
    case 0:
      return void items.splice(at, 1);
    case 1:
      return void items.splice(at, 0, ...Array.from({ length: dice.below(30) }, () => item));
    case 2:
      return void items.reverse();
    case 3:
      return void items.push(dice.of(items));
    default:
      items[at] = { kind: "raw", text: dice.of(RAW) };
  }
}

/** Good JSON with one to four things changed in its structure, now and then in its bytes as well. */
export function mutateJson(good: readonly string[], dice: Dice): Uint8Array<ArrayBuffer> {
  const root = fromValue(JSON.parse(dice.of(good)));
  for (let i = 1 + dice.below(4); i > 0; i--) {
    const place = dice.of(containers(root));
    if (!place) break;
    if (place.kind === "list") mutateList(place.items, dice);
    else mutateObject(place.fields, dice);
  }
  const bytes = utf8(textOf(root));
  return dice.once(8) ? mutateOnce(bytes, dice, [bytes]).slice() : bytes;
}
