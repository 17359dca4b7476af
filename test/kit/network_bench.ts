// Copyright the SpareGrid authors. Apache-2.0.
// A repository behind a real server and a link that can be harmed, and the engine at the other end of it.
import assert from "node:assert/strict";
import { systemClock } from "../../mod/base/mod.ts";
import { isSgError, type SgError } from "../../mod/errors/mod.ts";
import {
  FILE_TYPES,
  HttpStorage,
  MemoryStorage,
  parseLocation,
  type RestLocation,
  type RetryOptions,
  type Storage,
  withRetry,
} from "../../mod/storage/mod.ts";
import { checked, DamageBench, type ExpectedSnapshot, restoredBy, sameBytes } from "./damage_bench.ts";
import type { StoredFiles } from "./damage_editor.ts";
import { type FarSide, PlainFarSide } from "./far_side.ts";
import { FakeClock } from "./fake_clock.ts";
import { JobStage } from "./job_stage.ts";
import type { RestFault } from "./rest_server.ts";
import { RunClock } from "./run_clock.ts";
import { SeededRandom } from "./seeded_random.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** Silence after which a request has failed, milliseconds: nothing on a busy machine is so slow. */
const IDLE_MS = 8_000;

/** What came of an operation over the link. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly error: SgError | undefined;
}

/** Server, proxy and the repository of a {@link DamageBench}, again and again. */
export class NetworkBench<Far extends FarSide = FarSide> implements AsyncDisposable {
  /** No two runs draw the same: packs would get each other's names. */
  #seed = 1400;
  /** Silence that ends a request; short where a test waits for that, and then only costs tries. */
  idleMs = IDLE_MS;

  private constructor(
    readonly damage: DamageBench,
    readonly far: Far,
    readonly proxy: TcpProxy,
  ) {}

  /** Starts everything; the server is one of restic's protocol. */
  static async open(): Promise<NetworkBench<PlainFarSide>> {
    return await NetworkBench.before(await PlainFarSide.open());
  }

  /** Puts a link before a server, which goes with the bench. */
  static async before<Far extends FarSide>(far: Far): Promise<NetworkBench<Far>> {
    return new NetworkBench(await DamageBench.made(), far, await TcpProxy.to(far.port));
  }

  /** Puts the repository as it was behind the server; `without` leaves files out. */
  async place(without: readonly string[] = []): Promise<void> {
    await this.far.place(new Map(this.damage.files.entries().filter(([file]) => !without.includes(file))));
  }

  /** The engine at this end of the link: what it tries again it tries at once. */
  stage(storage: Storage, clock: RunClock = new RunClock()): JobStage {
    return new JobStage({
      storage,
      clock,
      random: new SeededRandom(this.#seed++),
      session: { packBytesTarget: 6_000 },
    });
  }

  /** The store behind the link. */
  storage(retry: RetryOptions = { attempts: 10 }): Storage {
    const location = parseLocation(this.far.location(this.proxy.port)) as RestLocation;
    const http = new HttpStorage(location, systemClock, { ...this.far.options, idleMs: this.idleMs });
    return withRetry(http, new FakeClock(), new SeededRandom(12), retry);
  }

  /** Runs something over the link; an error with a code is an outcome, any other a defect. */
  async run<T>(
    act: (stage: JobStage) => Promise<T>,
    before?: (stage: JobStage) => void,
    clock?: RunClock,
  ): Promise<Outcome<T>> {
    const storage = this.storage();
    const stage = this.stage(storage, clock);
    before?.(stage);
    try {
      return { value: await act(stage), error: undefined };
    } catch (error) {
      if (!isSgError(error)) throw error;
      return { value: undefined, error };
    } finally {
      await storage.close();
    }
  }

  /** What is stored behind the server now, locks left out, copied to memory. */
  async stored(): Promise<MemoryStorage> {
    const storage = await this.far.stored();
    for await (const { name } of storage.list("locks")) await storage.remove({ type: "locks", name });
    return storage;
  }

  /** Fails unless the repository behind the server is sound and the snapshots restore exactly. */
  async assertSound(snapshots: readonly ExpectedSnapshot[], said: string): Promise<void> {
    const stage = new JobStage({ storage: await this.stored() });
    const errors = (await checked(stage)).filter(({ hint }) => !hint).map(({ message }) => message);
    assert.deepEqual(errors, [], said);
    for (const { id, files } of snapshots) {
      const restored = await restoredBy(stage, id, `/${id}`);
      assert.deepEqual(restored.problems.map(({ message }) => message), [], said);
      assert.equal(restored.thrown, undefined, said);
      assertExact(restored.files, files, said);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.far[Symbol.asyncDispose]();
  }
}

/** Fails unless both hold the same files. */
export function assertExact(
  files: ReadonlyMap<string, Uint8Array>,
  expected: ReadonlyMap<string, { readonly bytes: Uint8Array }>,
  said: string,
): void {
  assert.deepEqual([...files.keys()].sort(), [...expected.keys()].sort(), said);
  for (const [path, bytes] of files) {
    assert.ok(sameBytes(bytes, expected.get(path)!.bytes), `${path}: ${said}`);
  }
}

/** The files of a storage, to see that nothing changed. */
export async function filesIn(storage: Storage): Promise<StoredFiles> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const type of FILE_TYPES) {
    for await (const { name } of storage.list(type)) {
      files.set(`${type}/${name}`, await storage.load({ type, name }));
    }
  }
  return files;
}

/** A fault of the server at its n-th request, from 1 on, or the first behind it that fits. */
export function atRequest(number: number, fault: RestFault): RestFault {
  return { ...fault, after: number - 1, times: 1 };
}
