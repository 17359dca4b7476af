// Copyright the SpareGrid authors. Apache-2.0.
import { isLoopback, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { allEnvironment } from "../platform/mod.ts";
import { parsePin } from "../storage/mod.ts";
import { readServiceFile } from "./service_file.ts";
import { dataFolderOf } from "./setting_sources.ts";
import { readNamedFile } from "./user_input.ts";

/** Which service is meant, and as whom it is asked. */
export interface ApiOrder {
  /** `HOST`, `HOST:PORT` or a URL; left out: SPAREGRID_ADDRESS, else the service of the data folder. */
  readonly address?: string;
  /** Left out: SPAREGRID_TOKEN_FILE, then SPAREGRID_TOKEN, else the data folder's own token. */
  readonly tokenFile?: string;
  /** SHA-256 of the certificate to trust; left out: SPAREGRID_FINGERPRINT, else the system's authorities. */
  readonly fingerprint?: string;
  /** The data folder; see {@link dataFolderOf}. */
  readonly data?: string;
  /** Only the service of the data folder: addresses and tokens of others do not count. */
  readonly here?: boolean;
  /** All variables; the process's own where left out. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A service as it is reached. */
export interface ApiPlace {
  /** `https://host:port` without anything behind. */
  readonly url: URL;
  /** Undefined: nobody signs in. */
  readonly token: string | undefined;
  /** 64 hexadecimal digits; undefined: the system's authorities decide. */
  readonly fingerprint: string | undefined;
}

/** The port of the API over TLS where an address names none. */
const PORT_DEFAULT = 6061;
const TOKEN_BYTES_MAX = 4096;
/** The data folder's own token: who can read it owns the installation. */
const OWNER_FILE = "owner.token";

/**
 * Where the service is and what opens it. SG0132 for an address that is none, SG0136 where the data folder's service does
 * not run, SG1037 where a token cannot be read.
 */
export async function resolveApiPlace(order: ApiOrder): Promise<ApiPlace> {
  const environment = order.environment ?? allEnvironment();
  const set = (name: string) => order.here ? undefined : environment[`SPAREGRID_${name}`] || undefined;
  const address = order.address ?? set("ADDRESS");
  const pin = order.fingerprint ?? set("FINGERPRINT");
  const given = await givenToken(order.tokenFile ?? set("TOKEN_FILE"), set("TOKEN"));
  if (address !== undefined) {
    const url = parseAddress(address);
    if (url.protocol === "http:" && given !== undefined && !isHere(url.hostname)) {
      throw new SgError("SG0132", `Cannot use the address ${url.origin}: a token does not travel in clear`, {
        remedy: "Write it with https://.",
      });
    }
    return {
      url,
      token: given,
      fingerprint: pin === undefined ? undefined : parsePin(pin.replace(/^sha-?256:/i, "")),
    };
  }
  const folder = dataFolderOf({ ...order, environment });
  const service = await readServiceFile(folder);
  if (service === undefined) {
    throw new SgError("SG0136", `Cannot reach the service of ${folder}: it does not run`, {
      remedy: "Start it with: sparegrid serve. Or name another with --address or --data.",
      context: { folder },
    });
  }
  const own = given ?? await readToken(`${folder}/${OWNER_FILE}`);
  return { url: parseAddress(service.address), token: own, fingerprint: parsePin(service.fingerprint) };
}

async function givenToken(file: string | undefined, text: string | undefined): Promise<string | undefined> {
  return file === undefined ? text : await readToken(file);
}

async function readToken(path: string): Promise<string> {
  const bytes = await readNamedFile(path, { what: "token file", code: "SG1037", bytesMax: TOKEN_BYTES_MAX });
  const token = utf8Text(bytes).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SgError(
      "SG1037",
      `Cannot use the token file ${path}: it does not hold a token, and nothing else`,
    );
  }
  return token;
}

/** The address of a service as people write it. SG0132 where it is none. */
export function parseAddress(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  const bad = (why: string, shown = text) => new SgError("SG0132", `Cannot use the address ${shown}: ${why}`);
  if (url !== undefined && (url.username !== "" || url.password !== "")) {
    // The text is not shown: it holds a secret.
    throw bad("it holds a user name or a password", url.host);
  }
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:") || url.hostname === "") {
    throw bad("it names no host");
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw bad("there is something behind the port");
  }
  const named = /:\d+\/?$/.test(withScheme);
  if (!named) url.port = String(url.protocol === "https:" ? PORT_DEFAULT : PORT_DEFAULT - 1);
  return url;
}

/** True for this machine's own addresses: what goes there does not leave it. */
function isHere(hostname: string): boolean {
  return hostname === "localhost" || isLoopback(hostname);
}
