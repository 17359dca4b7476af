// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, Semaphore, utf8 } from "../base/mod.ts";
import { constantTimeEqual, KDF_DEFAULT, type KdfParameters, scryptBytes } from "../crypto/mod.ts";
import { SgError } from "../errors/mod.ts";
import { isCommonPassword } from "./common_passwords.ts";
import { notValid } from "./names.ts";

/** Fewest and most characters of a password. The upper bound only keeps the work small. */
export const PASSWORD_CHARACTERS_MIN = 12;
/** See {@link PASSWORD_CHARACTERS_MIN}. */
export const PASSWORD_CHARACTERS_MAX = 1_024;

const HASH_BYTES = 32;
/** Hashes that are made at once: each keeps a core and 32 MiB busy for a while. Of these, for strangers. */
const AT_ONCE = 2;
const STRANGERS_AT_ONCE = 1;
/** Hashes that may wait for that, of strangers and of others; more are refused, so that a flood does not fill the memory. */
const WAITING_MAX = 64;

/**
 * The password in the form that is hashed (Unicode NFC, so that it does not matter which keyboard composed it). SG1040
 * unless it has 12 characters and more and is none of the commonest; `own` are names that it must not merely be made of.
 */
export function acceptablePassword(password: string, own: readonly string[] = []): string {
  const text = prepared(password);
  const length = text === undefined ? Infinity : [...text].length;
  if (text === undefined || length > PASSWORD_CHARACTERS_MAX) {
    throw notValid("password", `it is longer than ${PASSWORD_CHARACTERS_MAX} characters`);
  }
  if (length < PASSWORD_CHARACTERS_MIN) {
    throw notValid("password", `it has fewer than ${PASSWORD_CHARACTERS_MIN} characters`);
  }
  if (isCommonPassword(text, [...own, "sparegrid"])) {
    throw notValid(
      "password",
      "it is one of the commonest, which are tried first; four unusual words make a good one",
    );
  }
  return text;
}

/** The form that is hashed; undefined for what is longer than any password. */
function prepared(password: string): string | undefined {
  return password.length > 4 * PASSWORD_CHARACTERS_MAX ? undefined : password.normalize("NFC");
}

/** Makes and verifies password hashes by scrypt: texts `scrypt$N$r$p$salt$hash`, which say how they were made. */
export class PasswordHasher {
  readonly #random: Random;
  readonly #parameters: Omit<KdfParameters, "salt">;
  readonly #turn = new Semaphore(AT_ONCE);
  readonly #strangersTurn = new Semaphore(STRANGERS_AT_ONCE);
  readonly #waiting = { known: 0, stranger: 0 };
  /** A hash that no password has: verifying against it takes as long as against a real one. */
  readonly decoy: string;

  /** `parameters` are for tests, which have no time. */
  constructor(random: Random, parameters: Omit<KdfParameters, "salt"> = KDF_DEFAULT) {
    this.#random = random;
    this.#parameters = parameters;
    this.decoy = this.#text(random.bytes(16), random.bytes(HASH_BYTES));
  }

  /** Hashes a password that {@link acceptablePassword} gave. A tenth of a second and more. */
  async hash(password: string): Promise<string> {
    const salt = this.#random.bytes(16);
    return this.#text(salt, await this.#derive("known", password, { ...this.#parameters, salt }));
  }

  /**
   * True when the hash is this password's. A flood of strangers never holds up who is known. SG1039 when too many wait to be
   * hashed already.
   */
  async verify(password: string, hash: string, asker: "known" | "stranger" = "stranger"): Promise<boolean> {
    const text = prepared(password);
    const known = parsed(hash) ?? parsed(this.decoy)!;
    const derived = await this.#derive(asker, text ?? "", known.parameters);
    return constantTimeEqual(derived, known.hash) && text !== undefined;
  }

  /** False when the hash was made with other parameters than new ones are. */
  isCurrent(hash: string): boolean {
    return hash.startsWith(this.#text(new Uint8Array(0), new Uint8Array(0)).replace(/\$\$$/, "$"));
  }

  async #derive(
    asker: "known" | "stranger",
    password: string,
    parameters: KdfParameters,
  ): Promise<Uint8Array> {
    if (this.#waiting[asker] >= WAITING_MAX) throw tooManyTries(1_000);
    this.#waiting[asker]++;
    try {
      using _first = asker === "stranger" ? await this.#strangersTurn.acquire() : undefined;
      using _ = await this.#turn.acquire();
      return await scryptBytes(utf8(password), parameters, HASH_BYTES);
    } finally {
      this.#waiting[asker]--;
    }
  }

  #text(salt: Uint8Array, hash: Uint8Array): string {
    const { N, r, p } = this.#parameters;
    return `scrypt$${N}$${r}$${p}$${base64url(salt)}$${base64url(hash)}`;
  }
}

/** SG1039 with the seconds to wait, rounded up, as `waitSeconds`. */
export function tooManyTries(waitMs: number): SgError {
  const waitSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new SgError("SG1039", `Cannot try again yet: there were too many tries; wait ${waitSeconds} s`, {
    context: { waitSeconds },
  });
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

const HASH = /^scrypt\$(\d{1,10})\$(\d{1,4})\$(\d{1,4})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

function parsed(hash: string): { parameters: KdfParameters; hash: Uint8Array } | undefined {
  const [, N, r, p, salt, digest] = HASH.exec(hash) ?? [];
  if (digest === undefined) return undefined;
  const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" });
  return {
    parameters: { N: Number(N), r: Number(r), p: Number(p), salt: bytes(salt!) },
    hash: bytes(digest),
  };
}
