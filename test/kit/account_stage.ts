// Copyright the SpareGrid authors. Apache-2.0.
import { type Random, systemRandom } from "../../mod/base/mod.ts";
import { type AccountRoom, openAccountRoom } from "../../mod/account/mod.ts";
import { type Catalog, openCatalog } from "../../mod/catalog/mod.ts";
import { type FileSystem, openFileSystem } from "../../mod/platform/mod.ts";
import { FakeClock } from "./fake_clock.ts";
import { scratch } from "./scratch.ts";

/** A data folder with its catalog, its clock and all of mod/account; it goes away with the test. */
export interface AccountStage extends AccountRoom, AsyncDisposable {
  readonly fs: FileSystem;
  readonly random: Random;
  readonly folder: string;
  readonly clock: FakeClock;
  readonly catalog: Catalog;
  /** Another room over the same catalog and folder, as after a restart of the service. */
  reopen(): Promise<AccountRoom>;
  /** Lets the time go on, ms: time of day and monotonic clock. */
  pass(ms: number): void;
  /** Sets the time of day forward or, below 0, back by that much, ms; the monotonic clock knows nothing of it. */
  setClock(byMs: number): void;
}

/** When the stage's clock starts: ms since 1970. */
export const STAGE_START_MS = 1_800_000_000_000;
/** Passwords that are accepted. */
export const GOOD_PASSWORD = "gull lantern orbit quartz";
/** See {@link GOOD_PASSWORD}. */
export const OTHER_PASSWORD = "velvet anchor marsh trumpet";
/** Password hashes of tests cost nothing. */
export const QUICK = { N: 16, r: 1, p: 1 } as const;

/** A clock whose time of day can be set. */
class SetClock extends FakeClock {
  setBy = 0n;

  override now(): bigint {
    return super.now() + this.setBy;
  }
}

/** `await using stage = await accountStage()`. */
export async function accountStage(): Promise<AccountStage> {
  const folder = await scratch();
  const clock = new SetClock({ start: BigInt(STAGE_START_MS) * 1_000_000n });
  const fs = openFileSystem();
  const catalog = await openCatalog({ fs, clock, folder: folder.path });
  const place = { fs, clock, random: systemRandom, folder: folder.path, catalog, passwordCost: QUICK };
  return {
    ...await openAccountRoom(place),
    ...{ fs, random: systemRandom, folder: folder.path, clock, catalog },
    reopen: () => openAccountRoom(place),
    pass: (ms) => void (clock.ms += ms),
    setClock: (byMs) => void (clock.setBy += BigInt(byMs) * 1_000_000n),
    [Symbol.asyncDispose]: async () => {
      await catalog[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The context of the failure that `act` ends with, which must have this code. */
export async function refusal(
  act: Promise<unknown>,
  code: string,
): Promise<Readonly<Record<string, string | number | boolean>> & { readonly text: string }> {
  try {
    await act;
  } catch (error) {
    const { code: found, message, context } = error as { code?: string; message: string; context: object };
    if (found !== code) throw error;
    return { ...context, text: message };
  }
  throw new Error(`it was not refused with ${code}`);
}
