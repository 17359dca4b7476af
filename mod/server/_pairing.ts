// Copyright the SpareGrid authors. Apache-2.0.
import { isLoopback } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { answerJson, jsonBody } from "./_json.ts";
import type { BackupPortParts, PortCall } from "./port_call.ts";
import type { NewClient } from "./needs.ts";

const BODY_BYTES_MAX = 4_096;

/** Gives a client an account: by an invite, or waiting for approval. The secret travels in the answer, so only behind TLS. */
export async function answerPairing(
  { accounts, log }: BackupPortParts,
  kind: "redeem" | "request",
  port: PortCall,
): Promise<void> {
  const { remoteAddress: address, secure } = port.call;
  if (!secure && !isLoopback(address)) {
    throw new SgError("SG1038", "Accounts are given over HTTPS only: the answer holds a secret");
  }
  const body = await jsonBody(port, BODY_BYTES_MAX);
  const gridId = textOf(body, "gridId");
  const client = kind === "redeem"
    ? await accounts.redeem({ code: textOf(body, "code"), gridId, address })
    : await accounts.request({ gridId, label: textOf(body, "label", ""), address });
  log.write("info", kind === "redeem" ? "an invite was used" : "an account was asked for", {
    account: client.account.id,
    address,
    state: client.account.state,
  });
  answerJson(port.response, answerOf(client));
}

function answerOf({ account, secret }: NewClient): Record<string, unknown> {
  const { id, state, quotaBytes, appendOnly, retentionLockDays } = account;
  return { account: id, secret, state, allotted: quotaBytes, appendOnly, retentionLockDays };
}

function textOf(body: unknown, field: string, otherwise?: string): string {
  const value = typeof body === "object" && body !== null && Object.hasOwn(body, field)
    ? (body as Record<string, unknown>)[field]
    : otherwise;
  if (typeof value === "string") return value;
  throw new SgError("SG1040", `The body must be an object with the text ${field}`);
}
