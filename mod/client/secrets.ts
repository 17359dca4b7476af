// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../base/mod.ts";
import type { Vault } from "./needs.ts";

/** Seals a text for one purpose. */
export async function sealText(vault: Vault, purpose: string, text: string): Promise<Uint8Array> {
  return new Uint8Array(await vault.seal(purpose, utf8(text)));
}

/** Opens a text that was sealed for this purpose. */
export async function openText(vault: Vault, purpose: string, sealed: Uint8Array): Promise<string> {
  return utf8Text(await vault.open(purpose, sealed));
}
