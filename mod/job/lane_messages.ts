// Copyright the SpareGrid authors. Apache-2.0.
import { type SgCode, SgError, toSgError } from "../errors/mod.ts";
import type { SealedPack } from "../repository/mod.ts";
import type { LaneSeed, LaneSkill, SharedCount } from "./lane.ts";

/** From the main thread to a lane. */
export type ToLane =
  | { readonly kind: "seed"; readonly seed: LaneSeed; readonly bytesRead: SharedCount }
  | {
    readonly kind: "ask";
    readonly id: number;
    readonly skill: LaneSkill;
    readonly args: readonly unknown[];
  }
  | { readonly kind: "packSaved"; readonly number: number }
  | { readonly kind: "packLost"; readonly number: number; readonly failure: CarriedError }
  | { readonly kind: "abort" }
  | { readonly kind: "renew" };

/** From a lane to the main thread. */
export type FromLane =
  | { readonly kind: "answer"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: CarriedError }
  | { readonly kind: "pack"; readonly number: number; readonly pack: SealedPack };

/** An error in a form that crosses threads: structured cloning would strip the class and its code. */
export interface CarriedError {
  readonly code: SgCode;
  readonly message: string;
  readonly context: Readonly<Record<string, string | number | boolean>>;
  readonly remedy: string;
}

/** Makes an error ready to cross threads. */
export function carryError(error: unknown): CarriedError {
  const { code, message, context, remedy } = toSgError(error);
  return { code, message, context, remedy };
}

/** The error that was carried. */
export function landError(carried: CarriedError): SgError {
  const { code, message, context, remedy } = carried;
  return new SgError(code, message, { context, remedy });
}

/** The buffers of a sealed pack, to be moved to the other thread instead of copied. */
export function packBuffers(pack: SealedPack): ArrayBuffer[] {
  const views = [pack.bytes, pack.ids, pack.lengths, pack.offsets, pack.uncompressed];
  return [...new Set(views.map((view) => view.buffer as ArrayBuffer))];
}
