// Copyright the SpareGrid authors. Apache-2.0.
import { addressGroup } from "../base/mod.ts";

/** How many connections a server holds, and how much of a request it takes in before anybody looks at it. */
export interface ConnectionLimits {
  readonly connectionsMax: number;
  /** From one address; a network of 2^64 addresses of IPv6 counts as one. */
  readonly connectionsPerAddressMax: number;
  /** Request line and headers together, bytes. */
  readonly headerBytesMax: number;
}

/** The limits where nothing else is said: 50 machines behind one address may have 10 connections each. */
export const LIMITS_DEFAULT: ConnectionLimits = {
  connectionsMax: 1024,
  connectionsPerAddressMax: 512,
  headerBytesMax: 16 * 1024,
};

/** Counts connections by address, and says when there is room for no more. */
export class Admission {
  readonly #limits: ConnectionLimits;
  readonly #perGroup = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Which limit another connection of `address` would pass; undefined where there is room. */
  full(address: string): "address" | "total" | undefined {
    const fromThere = this.#perGroup.get(addressGroup(address)) ?? 0;
    if (fromThere >= this.#limits.connectionsPerAddressMax) return "address";
    return this.#total >= this.#limits.connectionsMax ? "total" : undefined;
  }

  /** Counts a connection of `address` in. */
  enter(address: string): void {
    const group = addressGroup(address);
    this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
    this.#total++;
  }

  /** Counts it out. */
  leave(address: string): void {
    const group = addressGroup(address);
    const left = (this.#perGroup.get(group) ?? 1) - 1;
    if (left > 0) this.#perGroup.set(group, left);
    else this.#perGroup.delete(group);
    this.#total--;
  }
}
