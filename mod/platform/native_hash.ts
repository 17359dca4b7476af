// Copyright the SpareGrid authors. Apache-2.0.
import { openLibcrypto } from "./native_cipher.ts";

/** SHA-256 by the system's libcrypto. It belongs to the thread that loaded it and is used synchronously. */
export interface NativeSha256 {
  /** Writes the hash of `bytes` to the start of `into`: 32 bytes. */
  digest(bytes: Uint8Array, into: Uint8Array): void;
}

/** Prototypes: openssl/evp.h. Where the result is i32, 1 means success. */
const SYMBOLS = {
  EVP_MD_CTX_new: { parameters: [], result: "pointer" },
  EVP_sha256: { parameters: [], result: "pointer" },
  // context, kind of hash (null: the same as before), engine
  EVP_DigestInit_ex: { parameters: ["pointer", "pointer", "pointer"], result: "i32" },
  EVP_DigestUpdate: { parameters: ["pointer", "buffer", "usize"], result: "i32" },
  // context, hash, its length as written
  EVP_DigestFinal_ex: { parameters: ["pointer", "buffer", "pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const HASH_BYTES = 32;

let loaded: NativeSha256 | null | undefined;

/**
 * The system's SHA-256, or undefined when there is no OpenSSL, when FFI is not allowed or when the environment says
 * `SPAREGRID_NO_NATIVE=1`. Loaded once per thread; its one context lives as long as the thread.
 */
export function loadNativeSha256(): NativeSha256 | undefined {
  if (Deno.env.get("SPAREGRID_NO_NATIVE") === "1") return undefined;
  loaded ??= openLibcrypto(SYMBOLS, bind) ?? null;
  return loaded ?? undefined;
}

function bind(symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): NativeSha256 {
  const context = symbols.EVP_MD_CTX_new();
  must(symbols.EVP_DigestInit_ex(context, symbols.EVP_sha256(), null));
  return {
    digest(bytes, into) {
      if (into.length < HASH_BYTES) throw new RangeError("Cannot hash: no room for the result");
      must(symbols.EVP_DigestInit_ex(context, null, null));
      must(symbols.EVP_DigestUpdate(context, bytes as Uint8Array<ArrayBuffer>, BigInt(bytes.length)));
      must(symbols.EVP_DigestFinal_ex(context, into as Uint8Array<ArrayBuffer>, null));
    },
  };
}

function must(status: number): void {
  if (status !== 1) throw new Error("Cannot hash: the system's libcrypto failed");
}
