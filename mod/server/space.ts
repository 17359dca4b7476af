// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** Space of one account or of all, bytes. */
export interface SpaceUse {
  readonly storedBytes: number;
  readonly trashBytes: number;
}

/** Space that is taken before a byte is accepted. Disposed, what was not kept of it is free again. */
export interface Reservation extends Disposable {
  /** Takes so many bytes more. SG0178, SG0200. */
  grow(bytes: number): void;
  /** So many bytes were written to the drive. */
  wrote(bytes: number): void;
  /** The file is stored: its bytes count as used from now on. */
  keep(bytes: number): void;
}

/**
 * By so much locks and indexes may pass the quota, bytes: whoever has used up their space must still be able to read, to
 * forget and to prune, and restic stores a lock and new indexes for that.
 */
export const OVERDRAFT_BYTES = 16 * MIB;

interface AccountSpace {
  storedBytes: number;
  trashBytes: number;
  reservedBytes: number;
}

/** What {@link Space} takes. */
export interface SpaceParts {
  /** Free bytes on the drive. */
  readonly freeBytes: () => number;
  /** Bytes that stay free on the drive, whatever is allotted: removing and the catalog need some. */
  readonly reservedBytes: () => number;
}

/**
 * Who uses how much, and who may have more. Quotas are hard: what is promised to uploads under way counts as used, so that
 * many at a time cannot pass the quota together, nor fill the drive.
 */
export class Space {
  readonly #parts: SpaceParts;
  readonly #accounts = new Map<string, AccountSpace>();
  /** Promised bytes that are not on the drive yet. */
  #comingBytes = 0;

  constructor(parts: SpaceParts) {
    this.#parts = parts;
  }

  /** What an account uses. */
  of(account: string): SpaceUse {
    const { storedBytes, trashBytes } = this.#accounts.get(account) ?? NOTHING;
    return { storedBytes, trashBytes };
  }

  /** What all accounts use. */
  total(): SpaceUse {
    let storedBytes = 0, trashBytes = 0;
    for (const space of this.#accounts.values()) {
      storedBytes += space.storedBytes;
      trashBytes += space.trashBytes;
    }
    return { storedBytes, trashBytes };
  }

  /** Adds to what an account uses; negative numbers take away. */
  add(account: string, { storedBytes = 0, trashBytes = 0 }: Partial<SpaceUse>): void {
    const space = this.#space(account);
    space.storedBytes += storedBytes;
    space.trashBytes += trashBytes;
  }

  /** SG0180 unless something is allotted. */
  mustBeAllotted(account: string, quotaBytes: number | null): void {
    if (quotaBytes !== null) return;
    throw new SgError("SG0180", `No space is allotted to ${account} at this server`, {
      context: { account },
    });
  }

  /**
   * Takes space of the quota and the drive. SG0180, SG0178, SG0200. What is `essential` for reading and removing may pass
   * the quota by {@link OVERDRAFT_BYTES} and use what is kept free.
   */
  reserve(account: string, quotaBytes: number | null, bytes: number, essential = false): Reservation {
    if (!essential) this.mustBeAllotted(account, quotaBytes);
    const space = this.#space(account);
    let [held, coming] = [0, 0];
    const grow = (more: number) => {
      this.#check(account, space, (quotaBytes ?? 0) + (essential ? OVERDRAFT_BYTES : 0), more);
      this.#checkDrive(more, essential ? 0 : this.#parts.reservedBytes());
      held += more;
      coming += more;
      space.reservedBytes += more;
      this.#comingBytes += more;
    };
    const arrive = (arrived: number) => {
      const part = Math.min(arrived, coming);
      coming -= part;
      this.#comingBytes -= part;
    };
    const release = () => {
      arrive(coming);
      space.reservedBytes -= held;
      held = 0;
    };
    grow(bytes);
    return {
      grow,
      wrote: arrive,
      keep: (stored) => {
        release();
        space.storedBytes += stored;
      },
      [Symbol.dispose]: release,
    };
  }

  #check(account: string, space: AccountSpace, quotaBytes: number, bytes: number): void {
    const usedBytes = space.storedBytes + space.trashBytes + space.reservedBytes;
    if (usedBytes + bytes > quotaBytes) {
      throw new SgError("SG0178", `The space allotted to ${account} at this server is used up`, {
        context: { account, allotted: quotaBytes, used: usedBytes, wanted: bytes },
      });
    }
  }

  #checkDrive(bytes: number, keptFreeBytes: number): void {
    const freeBytes = this.#parts.freeBytes() - keptFreeBytes - this.#comingBytes;
    if (bytes > freeBytes) {
      throw new SgError("SG0200", "No space is left on the server's drive", { context: { wanted: bytes } });
    }
  }

  #space(account: string): AccountSpace {
    const known = this.#accounts.get(account);
    if (known) return known;
    const space = { storedBytes: 0, trashBytes: 0, reservedBytes: 0 };
    this.#accounts.set(account, space);
    return space;
  }
}

const NOTHING: SpaceUse = { storedBytes: 0, trashBytes: 0 };
