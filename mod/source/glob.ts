// Copyright the SpareGrid authors. Apache-2.0.
import { equalBytes, utf8, utf8TextStrict } from "../base/mod.ts";

/** Tests one component of a path. */
export type ComponentTest = (name: Uint8Array) => boolean;

/** A piece of a glob: bytes to be found as they are, any run of bytes, or one character that passes a test. */
type Token =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "star" }
  | { readonly kind: "char"; readonly test: (char: number) => boolean };

const STAR = 0x2a,
  QUESTION = 0x3f,
  OPEN = 0x5b,
  CLOSE = 0x5d,
  BACKSLASH = 0x5c,
  CARET = 0x5e,
  BANG = 0x21,
  DASH = 0x2d;

/**
 * Compiles one component of a pattern: `*` any run of bytes, `?` one character, `[a-z]` one of a set, `[^a]` and
 * `[!a]` one not of it, `\` takes the next character literally. A character is a UTF-8 sequence, or a single
 * byte where the name is not valid UTF-8.
 *
 * @throws {SyntaxError} saying what is wrong with the glob.
 */
export function compileGlob(glob: Uint8Array): ComponentTest {
  const tokens = tokenize(glob);
  const [first, second, third] = tokens;
  if (tokens.length === 0) return (name) => name.length === 0;
  if (tokens.length === 1 && first!.kind === "bytes") {
    const bytes = first!.bytes;
    return (name) => equalBytes(name, bytes);
  }
  if (tokens.length === 1 && first!.kind === "star") return () => true;
  if (tokens.length === 2 && first!.kind === "star" && second!.kind === "bytes") {
    const tail = second!.bytes;
    return (name) => name.length >= tail.length && holdsAt(name, name.length - tail.length, tail);
  }
  if (tokens.length === 2 && first!.kind === "bytes" && second!.kind === "star") {
    const head = first!.bytes;
    return (name) => holdsAt(name, 0, head);
  }
  if (tokens.length === 3 && first!.kind === "bytes" && second!.kind === "star" && third!.kind === "bytes") {
    const head = first!.bytes, tail = third!.bytes;
    return (name) =>
      name.length >= head.length + tail.length && holdsAt(name, 0, head) &&
      holdsAt(name, name.length - tail.length, tail);
  }
  return (name) => matchTokens(tokens, name);
}

/** Lower case for comparing without regard to case; of names that are not UTF-8 only the ASCII letters change. */
export function foldCase(name: Uint8Array): Uint8Array {
  let ascii = true;
  let upper = false;
  for (const byte of name) {
    if (byte >= 0x80) ascii = false;
    else if (byte >= 0x41 && byte <= 0x5a) upper = true;
  }
  if (!ascii) {
    const text = utf8TextStrict(name);
    if (text !== undefined) return utf8(text.toLowerCase());
  }
  if (!upper) return name;
  return name.map((byte) => byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
}

function holdsAt(name: Uint8Array, at: number, bytes: Uint8Array): boolean {
  if (name.length - at < bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) if (name[at + i] !== bytes[i]) return false;
  return true;
}

/** Only the last star ever needs another try, so the time is at most the product of both lengths. */
function matchTokens(tokens: readonly Token[], name: Uint8Array): boolean {
  let token = 0, at = 0, retryToken = -1, retryAt = 0;
  for (;;) {
    if (token === tokens.length && at === name.length) return true;
    const next = token < tokens.length ? step(tokens[token]!, name, at) : -1;
    if (next === -2) {
      retryToken = ++token;
      retryAt = at;
    } else if (next >= 0) {
      token++;
      at = next;
    } else {
      if (retryToken < 0 || retryAt >= name.length) return false;
      token = retryToken;
      at = ++retryAt;
    }
  }
}

/** Where the name goes on after the token; -1 when it does not fit, -2 for a star. */
function step(token: Token, name: Uint8Array, at: number): number {
  if (token.kind === "star") return -2;
  if (token.kind === "bytes") return holdsAt(name, at, token.bytes) ? at + token.bytes.length : -1;
  if (at >= name.length) return -1;
  const length = charLength(name, at);
  return token.test(charAt(name, at, length)) ? at + length : -1;
}

/** Bytes of the UTF-8 character at `at`; 1 where there is none. */
function charLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80 || at + i >= bytes.length) return 1;
  return length;
}

/** The code point; a stray byte stands for itself above all code points. */
function charAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at]!;
  if (length === 1) return lead < 0x80 ? lead : 0x110000 + lead;
  let char = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) char = char << 6 | bytes[at + i]! & 0x3f;
  return char;
}

function tokenize(glob: Uint8Array): Token[] {
  const tokens: Token[] = [];
  let literal: number[] = [];
  const push = (token: Token) => {
    if (literal.length > 0) tokens.push({ kind: "bytes", bytes: Uint8Array.from(literal) });
    literal = [];
    if (token.kind !== "star" || tokens.at(-1)?.kind !== "star") tokens.push(token);
  };
  let at = 0;
  while (at < glob.length) {
    const byte = glob[at]!;
    if (byte === STAR) push({ kind: "star" });
    else if (byte === QUESTION) push({ kind: "char", test: () => true });
    else if (byte === OPEN) {
      const { test, end } = parseSet(glob, at + 1);
      push({ kind: "char", test });
      at = end;
      continue;
    } else if (byte === BACKSLASH) {
      if (++at >= glob.length) throw new SyntaxError("nothing follows the last backslash");
      literal.push(glob[at]!);
    } else literal.push(byte);
    at++;
  }
  if (literal.length > 0) tokens.push({ kind: "bytes", bytes: Uint8Array.from(literal) });
  return tokens;
}

function parseSet(glob: Uint8Array, start: number): { test: (char: number) => boolean; end: number } {
  let at = start;
  const negated = glob[at] === CARET || glob[at] === BANG;
  if (negated) at++;
  const ranges: { low: number; high: number }[] = [];
  const readChar = (): number => {
    if (glob[at] === BACKSLASH) at++;
    if (at >= glob.length) throw new SyntaxError("a bracket is not closed");
    const length = charLength(glob, at);
    const char = charAt(glob, at, length);
    at += length;
    return char;
  };
  while (glob[at] !== CLOSE || ranges.length === 0) {
    if (at >= glob.length) throw new SyntaxError("a bracket is not closed");
    if (glob[at] === CLOSE) throw new SyntaxError("a pair of brackets is empty");
    const low = readChar();
    let high = low;
    if (glob[at] === DASH && glob[at + 1] !== CLOSE && at + 1 < glob.length) {
      at++;
      high = readChar();
    }
    if (high < low) throw new SyntaxError("a range in brackets runs backwards");
    ranges.push({ low, high });
  }
  const test = (char: number) => ranges.some(({ low, high }) => char >= low && char <= high) !== negated;
  return { test, end: at + 1 };
}
