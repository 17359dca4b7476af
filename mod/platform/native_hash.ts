// Copyright the SpareGrid authors. Apache-2.0.
import { openLibcrypto } from "./_libcrypto.ts";

/** SHA-256 by the system's libcrypto. It belongs to the thread that loaded it and is used synchronously. */
export interface NativeSha256 {
  /** Writes the hash of `bytes` to the start of `into`: 32 bytes. */
  digest(bytes: Uint8Array, into: Uint8Array): void;
  /** Begins a hash of bytes that come in pieces, which other threads work on. */
  begin(): NativeSha256Run;
}

/** A hash under way. To be freed in any case, once nothing of it is pending. */
export interface NativeSha256Run {
  /** Takes in the next piece, one at a time; it must not change until this resolves. */
  update(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Writes the hash of all pieces to the start of `into`: 32 bytes. To be asked once. */
  finish(into: Uint8Array): void;
  free(): void;
}

/** Prototypes: openssl/evp.h. Where the result is i32, 1 means success. */
const SYMBOLS = {
  EVP_MD_CTX_new: { parameters: [], result: "pointer" },
  EVP_sha256: { parameters: [], result: "pointer" },
  // context, kind of hash (null: the same as before), engine
  EVP_DigestInit_ex: { parameters: ["pointer", "pointer", "pointer"], result: "i32" },
  EVP_DigestUpdate: { parameters: ["pointer", "buffer", "usize"], result: "i32" },
  EVP_DigestUpdateAsync: {
    name: "EVP_DigestUpdate",
    parameters: ["pointer", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  EVP_MD_CTX_free: { parameters: ["pointer"], result: "void" },
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
    begin: () => beginRun(symbols),
  };
}

function beginRun(symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): NativeSha256Run {
  const context = symbols.EVP_MD_CTX_new();
  must(symbols.EVP_DigestInit_ex(context, symbols.EVP_sha256(), null));
  return {
    update: async (bytes) => must(await symbols.EVP_DigestUpdateAsync(context, bytes, BigInt(bytes.length))),
    finish(into) {
      if (into.length < HASH_BYTES) throw new RangeError("Cannot hash: no room for the result");
      must(symbols.EVP_DigestFinal_ex(context, into as Uint8Array<ArrayBuffer>, null));
    },
    free: () => symbols.EVP_MD_CTX_free(context),
  };
}

function must(status: number): void {
  if (status !== 1) throw new Error("Cannot hash: the system's libcrypto failed");
}
