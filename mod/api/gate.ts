// Copyright the SpareGrid authors. Apache-2.0.
// What a request must be before anything of it is read: one of our own pages or a program asks, by one of our names, in the
// one form that no other site's page can send.
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { isOwnHost } from "../http/mod.ts";

/** By which names this service may be asked. */
export interface Doorplate {
  /** Host names, without port: this machine's name, its Grid ID, names of the certificate. Addresses need not be listed. */
  readonly hosts: readonly string[];
}

/** A request as the gate sees it. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly secure: boolean;
  readonly remoteAddress: string;
}

/** Why a request is not let in. */
export interface Refusal {
  readonly status: number;
  readonly error: SgError;
  readonly headers?: Readonly<Record<string, string>>;
}

const BODY_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Undefined for a request that may come in. */
export function refusalOf(asked: Asked, doorplate: Doorplate): Refusal | undefined {
  const { method, url, headers } = asked;
  if (!isOwnHost(headers.host, doorplate.hosts)) {
    return refusal(421, "SG1038", "Cannot answer: this service is not known by the name in the header Host", {
      remedy:
        "Use the machine's address or one of its names; more names are given by the setting host-names.",
    });
  }
  if (!asked.secure && !isLoopback(asked.remoteAddress)) {
    return refusal(403, "SG1038", "Cannot answer: passwords and tokens do not travel in clear", {
      remedy: "Use the HTTPS port.",
    });
  }
  if (url.split("?", 1)[0] !== "/graphql") return refusal(404, "SG1036", "There is nothing of this name");
  if (method !== "POST") {
    return {
      ...refusal(405, "SG1040", "Cannot use the request: it must be POST"),
      headers: { allow: "POST" },
    };
  }
  if (url.includes("?")) {
    return refusal(400, "SG1040", "Cannot use the request: it goes into the body, not the address");
  }
  if (!isSameSite(asked)) {
    return refusal(403, "SG1038", "Cannot answer: the request comes from another site's page");
  }
  if (!BODY_TYPE.test(headers["content-type"] ?? "")) {
    return refusal(415, "SG1040", "Cannot use the request: its content type must be application/json");
  }
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    return refusal(415, "SG1040", "Cannot use the request: its body must not be compressed");
  }
  return undefined;
}

function refusal(
  status: number,
  code: "SG1036" | "SG1038" | "SG1040",
  message: string,
  options: { remedy?: string } = {},
): Refusal {
  return { status, error: new SgError(code, message, options) };
}

/** Browsers say where a request comes from; programs say nothing. */
function isSameSite({ headers, secure }: Asked): boolean {
  const site = headers["sec-fetch-site"];
  const { origin } = headers;
  if (site !== undefined && site !== "same-origin") return false;
  if (origin === undefined || origin === `https://${headers.host}`) return true;
  // Without TLS here there may be a proxy with TLS before us on this machine, whose pages say https.
  return !secure && origin === `http://${headers.host}`;
}
