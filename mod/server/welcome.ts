// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { PortAccount } from "./needs.ts";

/** Throws SG1042 for an account that waits or was deactivated, SG0191 for one that an administrator suspended. */
export function mustBeWelcome({ id, state, suspended }: PortAccount): void {
  const context = { account: id };
  if (state === "pending") {
    throw new SgError("SG1042", `Account ${id} waits for the approval of the server's administrator`, {
      context,
    });
  }
  if (state === "inactive") {
    throw new SgError("SG1042", `Account ${id} was deactivated at the server`, { context });
  }
  if (suspended) {
    throw new SgError("SG0191", `The server's administrator has suspended what ${id} does`, {
      context,
      remedy: "It goes on when the server's administrator lets it.",
    });
  }
}
