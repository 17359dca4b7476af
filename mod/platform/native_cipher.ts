// Copyright the SpareGrid authors. Apache-2.0.
import { openLibcrypto } from "./_libcrypto.ts";

/** AES-256 in counter mode under one key. */
export interface NativeCtr {
  /** Encrypts (or decrypts) `from` into the start of `into`, from the 16 byte big-endian counter block `iv` on. */
  apply(iv: Uint8Array, from: Uint8Array, into: Uint8Array): void;
}

/** AES-128, block by block, under one key. */
export interface NativeEcb {
  /** Encrypts `blocks` (a multiple of 16 bytes) into the start of `into`. */
  encrypt(blocks: Uint8Array, into: Uint8Array): void;
}

/** Poly1305 with one r (16 bytes, clamped by the library) and a fresh s for each message. */
export interface NativePoly1305 {
  /** Writes the tag of `message` under r and `s` (16 bytes) to the start of `tag`. */
  tag(s: Uint8Array, message: Uint8Array, tag: Uint8Array): void;
}

/** The system's libcrypto. It belongs to the thread that loaded it and is used synchronously. */
export interface NativeCipher {
  aes256Ctr(key: Uint8Array): NativeCtr;
  aes128Ecb(key: Uint8Array): NativeEcb;
  /** Absent in OpenSSL 1.1. */
  readonly poly1305: ((r: Uint8Array) => NativePoly1305) | undefined;
}

/** Prototypes: openssl/evp.h. Where the result is i32, 1 means success. */
const SYMBOLS = {
  EVP_CIPHER_CTX_new: { parameters: [], result: "pointer" },
  EVP_CIPHER_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_CIPHER_CTX_set_padding: { parameters: ["pointer", "i32"], result: "i32" },
  EVP_aes_256_ctr: { parameters: [], result: "pointer" },
  EVP_aes_128_ecb: { parameters: [], result: "pointer" },
  // context, cipher, engine, key, iv; null leaves a part as it was
  EVP_EncryptInit_ex: { parameters: ["pointer", "pointer", "pointer", "buffer", "buffer"], result: "i32" },
  // context, destination, bytes written, source, its length
  EVP_EncryptUpdate: { parameters: ["pointer", "buffer", "buffer", "buffer", "i32"], result: "i32" },
  // library context, name, properties
  EVP_MAC_fetch: { parameters: ["pointer", "buffer", "pointer"], result: "pointer", optional: true },
  EVP_MAC_CTX_new: { parameters: ["pointer"], result: "pointer", optional: true },
  EVP_MAC_CTX_free: { parameters: ["pointer"], result: "void", optional: true },
  // context, key, its length, parameters
  EVP_MAC_init: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "i32", optional: true },
  EVP_MAC_update: { parameters: ["pointer", "buffer", "usize"], result: "i32", optional: true },
  // context, tag, its length as written, room
  EVP_MAC_final: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "i32", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
type Bytes = Uint8Array<ArrayBuffer>;

/** EVP_EncryptUpdate takes an int. A multiple of the block length, so that the counter goes on where it stopped. */
const UPDATE_BYTES_MAX = 2 ** 30;

let loaded: NativeCipher | null | undefined;

/**
 * The system's OpenSSL, or undefined when there is none, when FFI is not allowed or when the environment says
 * `SPAREGRID_NO_NATIVE=1`. Loaded once per thread.
 */
export function loadNativeCipher(): NativeCipher | undefined {
  if (Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return undefined;
  loaded ??= openLibcrypto(SYMBOLS, bind) ?? null;
  return loaded ?? undefined;
}

/** Raises for a call that cannot fail but for a lack of memory or a crippled library. */
function must(status: number, what: string): void {
  if (status !== 1) throw new Error(`Cannot ${what}: the system's libcrypto failed`);
}

function bind(symbols: Symbols): NativeCipher {
  const ciphers = new FinalizationRegistry((ctx: Deno.PointerValue) => symbols.EVP_CIPHER_CTX_free(ctx));
  const written = new Uint8Array(16);

  const open = (owner: object, cipher: Deno.PointerValue, key: Uint8Array, what: string) => {
    const context = symbols.EVP_CIPHER_CTX_new();
    ciphers.register(owner, context);
    must(symbols.EVP_EncryptInit_ex(context, cipher, null, key as Bytes, null), what);
    must(symbols.EVP_CIPHER_CTX_set_padding(context, 0), what);
    return context;
  };

  const update = (context: Deno.PointerValue, from: Uint8Array, into: Uint8Array, what: string) => {
    if (into.length < from.length) throw new RangeError(`Cannot ${what}: no room for the result`);
    for (let at = 0; at < from.length; at += UPDATE_BYTES_MAX) {
      const whole = from.length <= UPDATE_BYTES_MAX;
      const piece = whole ? from : from.subarray(at, at + UPDATE_BYTES_MAX);
      const target = whole ? into : into.subarray(at);
      must(
        symbols.EVP_EncryptUpdate(context, target as Bytes, written, piece as Bytes, piece.length),
        what,
      );
    }
  };

  const native: NativeCipher = {
    aes256Ctr(key) {
      if (key.length !== 32) throw new RangeError("Cannot use the AES-256 key: it is not 32 bytes long");
      const ctr: NativeCtr = {
        apply(iv, from, into) {
          if (iv.length !== 16) throw new RangeError("Cannot use the counter: it is not 16 bytes long");
          must(symbols.EVP_EncryptInit_ex(context, null, null, null, iv as Bytes), "set the counter");
          update(context, from, into, "encrypt");
        },
      };
      const context = open(ctr, symbols.EVP_aes_256_ctr(), key, "set the AES-256 key");
      return ctr;
    },
    aes128Ecb(key) {
      if (key.length !== 16) throw new RangeError("Cannot use the AES-128 key: it is not 16 bytes long");
      const ecb: NativeEcb = {
        encrypt(blocks, into) {
          if (blocks.length % 16 !== 0) {
            throw new RangeError("Cannot encrypt blocks: one of them is not whole");
          }
          update(context, blocks, into, "encrypt blocks");
        },
      };
      const context = open(ecb, symbols.EVP_aes_128_ecb(), key, "set the AES-128 key");
      return ecb;
    },
    poly1305: bindPoly1305(symbols),
  };
  // Built without AES, or refused by a policy: found out here, so that the caller falls back.
  native.aes256Ctr(new Uint8Array(32)).apply(new Uint8Array(16), new Uint8Array(1), new Uint8Array(1));
  native.aes128Ecb(new Uint8Array(16)).encrypt(new Uint8Array(16), new Uint8Array(16));
  return native;
}

/** Undefined when the library lacks EVP_MAC (OpenSSL 1.1) or Poly1305 (a FIPS provider). */
function bindPoly1305(symbols: Symbols): NativeCipher["poly1305"] {
  const fetch = symbols.EVP_MAC_fetch;
  const make = symbols.EVP_MAC_CTX_new;
  const free = symbols.EVP_MAC_CTX_free;
  const init = symbols.EVP_MAC_init;
  const update = symbols.EVP_MAC_update;
  const final = symbols.EVP_MAC_final;
  if (!fetch || !make || !free || !init || !update || !final) return undefined;
  const algorithm = fetch(null, new TextEncoder().encode("POLY1305\0"), null);
  if (algorithm === null) return undefined;
  const contexts = new FinalizationRegistry((context: Deno.PointerValue) => free(context));
  const length = new Uint8Array(8);
  return (r) => {
    if (r.length !== 16) throw new RangeError("Cannot use r of Poly1305: it is not 16 bytes long");
    const key = new Uint8Array(32);
    key.set(r);
    const context = make(algorithm);
    const mac: NativePoly1305 = {
      tag(s, message, tag) {
        if (s.length !== 16 || tag.length < 16) {
          throw new RangeError("Cannot compute a tag: s or tag is too short");
        }
        key.set(s, 16);
        must(init(context, key, 32n, null), "start a tag");
        if (message.length > 0) {
          must(update(context, message as Bytes, BigInt(message.length)), "compute a tag");
        }
        must(final(context, tag as Bytes, length, 16n), "finish a tag");
      },
    };
    contexts.register(mac, context);
    return mac;
  };
}
