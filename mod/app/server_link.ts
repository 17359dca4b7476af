// Copyright the SpareGrid authors. Apache-2.0.
import type { IncomingMessage } from "node:http";
import https from "node:https";
import tls from "node:tls";
import { parseInvite } from "../account/mod.ts";
import { toBase64, toHex, utf8 } from "../base/mod.ts";
import type { DestinationUsage, ServerAccount, ServerLink } from "../client/mod.ts";
import { isSgCode, SgError } from "../errors/mod.ts";
import { connectionPool } from "../storage/mod.ts";
import { boundedText } from "./_bounded_text.ts";
import { networkFailure } from "./_network_failure.ts";
import { CERTIFICATE_NAME } from "./certificate.ts";

/** Longest answer to a request for an account, bytes. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** A server that says nothing for so long is gone, ms. */
const SILENCE_MS = 20_000;

/** What a request for an account is sent with. */
interface Order {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly fingerprint: string;
  readonly body?: unknown;
  /** `account:secret`. */
  readonly credentials?: string;
}

/** How this installation becomes a client of SpareGrid servers: over their backup ports, by TLS with a pinned certificate. */
export function serverLink(gridId: string, label: string): ServerLink {
  return {
    async redeem(invite, signal) {
      const { address, tlsPort, fingerprint, code } = parseInvite(invite);
      const base = `https://${address.includes(":") ? `[${address}]` : address}:${tlsPort}`;
      const body = { code: toHex(code), gridId };
      const url = new URL("/.sparegrid/redeem", base);
      return accountOf(base, fingerprint, await ask({ url, method: "POST", fingerprint, body }, signal));
    },
    async request(address, fingerprint, signal) {
      const shown = await shownFingerprint(new URL(address), signal);
      if (fingerprint !== shown) {
        throw new SgError(
          "SG1019",
          fingerprint === undefined
            ? `Cannot trust ${address} yet: its certificate has the SHA-256 fingerprint ${shown}`
            : `Cannot trust ${address}: its certificate has the SHA-256 fingerprint ${shown}, expected is ${fingerprint}`,
          {
            remedy:
              "Compare it with the one that the server printed at its start, then ask again with this fingerprint.",
            context: { shown },
          },
        );
      }
      const url = new URL("/.sparegrid/request", address);
      const body = { gridId, label };
      return accountOf(address, shown, await ask({ url, method: "POST", fingerprint: shown, body }, signal));
    },
    async usage({ url: base, account, secret, fingerprint }, signal) {
      const url = new URL("/.sparegrid/account", base);
      const credentials = `${account}:${secret}`;
      return usageOf(await ask({ url, method: "GET", fingerprint, credentials }, signal));
    },
  };
}

/** Sends a request and answers the object that came back. Refusals are SgErrors with the server's code. */
async function ask(order: Order, signal: AbortSignal): Promise<Record<string, unknown>> {
  const { url, method, fingerprint, body, credentials } = order;
  const bytes = body === undefined ? undefined : utf8(JSON.stringify(body));
  using agent = disposable(connectionPool(url, { pinnedSha256: fingerprint }) as https.Agent);
  try {
    signal.throwIfAborted();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        ...(bytes === undefined
          ? {}
          : { "Content-Type": "application/json", "Content-Length": String(bytes.length) }),
        ...(credentials === undefined ? {} : { "Authorization": `Basic ${toBase64(utf8(credentials))}` }),
      };
      const request = https.request(url, { method, headers, agent: agent.value, signal });
      request.once("response", resolve);
      request.once("error", reject);
      request.setTimeout(
        SILENCE_MS,
        () => request.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)),
      );
      request.end(bytes);
    });
    return parsed(
      url,
      response.statusCode ?? 0,
      await boundedText(response, ANSWER_BYTES_MAX, "The server's answer"),
    );
  } catch (error) {
    throw networkFailure(error, { what: "the server", at: url.host, signal });
  }
}

function parsed(url: URL, status: number, text: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw new SgError(
      "SG0136",
      `Cannot join ${url.host}: it does not answer as a SpareGrid server (status ${status})`,
    );
  }
  const facts = answer as Record<string, unknown>;
  if (status === 200) return facts;
  const { code, detail } = facts;
  throw new SgError(
    isSgCode(code) ? code : "SG0136",
    `Cannot join ${url.host}: ${
      typeof detail === "string" ? detail : `it refused the request (status ${status})`
    }`,
  );
}

function accountOf(url: string, fingerprint: string, facts: Record<string, unknown>): ServerAccount {
  const { account, secret, state } = facts;
  if (typeof account !== "string" || typeof secret !== "string" || typeof state !== "string") {
    throw new SgError("SG0136", `Cannot join ${url}: its answer names no account`);
  }
  return { url, account, secret, fingerprint, pending: state === "pending" };
}

function usageOf(facts: Record<string, unknown>): DestinationUsage | undefined {
  const { used, allotted, trash, retentionLockDays } = facts;
  if (!isCount(used) || !isCount(trash) || !isCount(retentionLockDays)) return undefined;
  return { used, trash, retentionLockDays, ...(isCount(allotted) ? { allotted } : {}) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The fingerprint of the certificate that a server shows; nothing is sent to it. */
async function shownFingerprint({ hostname, port, host }: URL, signal: AbortSignal): Promise<string> {
  try {
    signal.throwIfAborted();
    return await new Promise<string>((resolve, reject) => {
      const name = hostname.replace(/^\[|\]$/g, "");
      const socket = tls.connect({
        ...{ host: name, port: Number(port || 443), servername: CERTIFICATE_NAME, rejectUnauthorized: false },
      });
      const give = (error: unknown) => {
        socket.destroy();
        reject(error);
      };
      const stop = () => give(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      socket.setTimeout(SILENCE_MS, () => give(new Error(`nothing came for ${SILENCE_MS / 1000} s`)));
      socket.once("error", give);
      socket.once("close", () => {
        signal.removeEventListener("abort", stop);
        reject(new Error("the connection closed during the TLS handshake"));
      });
      socket.once("secureConnect", () => {
        const { fingerprint256 } = socket.getPeerCertificate();
        if (fingerprint256) resolve(fingerprint256.replaceAll(":", "").toLowerCase());
        socket.destroy();
      });
    });
  } catch (error) {
    throw networkFailure(error, { what: "the server", at: host, signal });
  }
}

function disposable(agent: https.Agent): Disposable & { readonly value: https.Agent } {
  return { value: agent, [Symbol.dispose]: () => agent.destroy() };
}
