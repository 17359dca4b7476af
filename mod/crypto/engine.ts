// Copyright the SpareGrid authors. Apache-2.0.
import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import type { NativeCipher } from "../platform/mod.ts";
import type { MasterKey } from "./master_key.ts";
import { poly1305 } from "./poly1305.ts";

/** The primitives of sealing under one key, synchronous, by whatever this machine has. */
export interface Engine {
  /** True when `ctr` runs at full speed; else the runtime's asynchronous cipher is faster on large data. */
  readonly quick: boolean;
  /** AES-256-CTR of `from` into the start of `into`, from the counter block `iv` on. Encrypts and decrypts. */
  ctr(iv: Uint8Array, from: Uint8Array, into: Uint8Array): void;
  /** Poly1305's s for each IV in `ivs` (16 bytes each), to the start of `into`: AES-128 under mac.k. */
  noncesInto(ivs: Uint8Array, into: Uint8Array): void;
  /** Poly1305 of `message` under mac.r and `s`, to the start of `tag`. */
  tag(s: Uint8Array, message: Uint8Array, tag: Uint8Array): void;
}

/** Makes the engine for `key`: the system's libcrypto where it is given, else the runtime and the kernel. */
export function makeEngine(key: MasterKey, native: NativeCipher | null): Engine {
  if (key.encrypt.length !== 32 || key.macK.length !== 16 || key.macR.length !== 16) {
    throw new RangeError("Cannot use the key: a part of it has a wrong length");
  }
  const macR = new Uint8Array(key.macR);
  const kernelTag: Engine["tag"] = (s, message, tag) => poly1305(macR, s, message, tag);
  return native ? nativeEngine(key, native, kernelTag) : runtimeEngine(key, kernelTag);
}

function nativeEngine(key: MasterKey, native: NativeCipher, kernelTag: Engine["tag"]): Engine {
  const ctr = native.aes256Ctr(key.encrypt);
  const ecb = native.aes128Ecb(key.macK);
  const mac = native.poly1305?.(key.macR);
  return {
    quick: true,
    ctr: (iv, from, into) => ctr.apply(iv, from, into),
    noncesInto: (ivs, into) => ecb.encrypt(ivs, into),
    tag: mac ? (s, message, tag) => mac.tag(s, message, tag) : kernelTag,
  };
}

function runtimeEngine(key: MasterKey, tag: Engine["tag"]): Engine {
  const encrypt = Buffer.from(key.encrypt);
  const macK = Buffer.from(key.macK);
  return {
    quick: false,
    ctr(iv, from, into) {
      into.set(createCipheriv("aes-256-ctr", encrypt, iv).update(from));
    },
    noncesInto(ivs, into) {
      into.set(createCipheriv("aes-128-ecb", macK, null).setAutoPadding(false).update(ivs));
    },
    tag,
  };
}
