// Copyright the SpareGrid authors. Apache-2.0.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Random, toHex, utf8, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { DataFolder } from "./data_folder.ts";
import { readNamedFile } from "./user_input.ts";

/** What the TLS ports show, and the key behind it. */
export interface ServerCertificate {
  /** PEM; the server's own first. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** SHA-256 of the server's own, 64 hexadecimal digits: what clients pin. */
  readonly fingerprint: string;
  /** True when it was made here and not given by settings. */
  readonly selfMade: boolean;
}

/** The name that every self-made certificate carries, so that a client that knows only addresses can ask for it. */
export const CERTIFICATE_NAME = "sparegrid.internal";

const FILE = "tls.pem";
/** The certificate alone, for `restic --cacert`. */
const PUBLIC_FILE = "certificate.pem";
const FILE_BYTES_MAX = 1024 * 1024;
/**
 * Clients hold on to this very certificate by its fingerprint, so a date does not make it safer, but a clock that is set
 * wrong would make it useless.
 */
const NOT_BEFORE = new Date("2020-01-01T00:00:00Z");
const NOT_AFTER = new Date("2119-12-31T23:59:59Z");

/** The certificate of the data folder; one is made and kept at the first start, for these names and addresses. SG0021. */
export async function openCertificate(
  folder: DataFolder,
  { commonName, names, random }: { commonName: string; names: readonly string[]; random: Random },
): Promise<ServerCertificate> {
  const kept = await folder.read(FILE);
  const pem = kept === undefined ? await makeCertificate(commonName, names, random) : utf8Text(kept);
  if (kept === undefined) await folder.write(FILE, utf8(pem));
  const own = checkedPair(pem, pem, `${folder.path}/${FILE}`);
  const shown = await folder.read(PUBLIC_FILE);
  if (shown === undefined || utf8Text(shown) !== own.certificate) {
    await folder.write(PUBLIC_FILE, utf8(own.certificate));
  }
  return { ...own, selfMade: true };
}

/** A certificate of the user's own. SG1046 when it cannot be read, or the key is not its. */
export async function readCertificate(certificateFile: string, keyFile: string): Promise<ServerCertificate> {
  const read = async (path: string, what: string) =>
    utf8Text(await readNamedFile(path, { what, code: "SG1046", bytesMax: FILE_BYTES_MAX }));
  const certificate = await read(certificateFile, "certificate file");
  const key = await read(keyFile, "certificate key file");
  try {
    return { ...checkedPair(certificate, key, certificateFile), selfMade: false };
  } catch (cause) {
    throw new SgError("SG1046", cause instanceof Error ? cause.message : String(cause), {
      cause,
      remedy:
        "Give a PEM certificate with certificate, and the private key that belongs to it with certificate-key.",
    });
  }
}

function checkedPair(certificates: string, keys: string, path: string): Omit<ServerCertificate, "selfMade"> {
  const certificate = blocks(certificates, "CERTIFICATE").join("");
  const key = blocks(keys, "[A-Z ]*PRIVATE KEY")[0];
  let reason: string;
  try {
    if (certificate === "") throw new TypeError("it holds no certificate");
    if (key === undefined) throw new TypeError("there is no private key to it");
    const first = new X509Certificate(certificate);
    if (!first.checkPrivateKey(createPrivateKey(key))) {
      throw new TypeError("the private key is not that of the certificate");
    }
    return { certificate, key, fingerprint: first.fingerprint256.replaceAll(":", "").toLowerCase() };
  } catch (error) {
    // The runtime's messages on keys name formats only, never content.
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new SgError("SG0021", `Cannot use the certificate in ${path}: ${reason}`, {
    remedy:
      "Bring the file back from a backup. A new one is made when it is gone, and clients must be told its fingerprint.",
  });
}

function blocks(pem: string, label: string): string[] {
  const pattern = new RegExp(`-----BEGIN (${label})-----[A-Za-z0-9+/=\\s]+-----END \\1-----`, "g");
  return [...pem.matchAll(pattern)].map(([block]) => `${block}\n`);
}

/** A self-signed certificate (ECDSA P-256, no authority) with its key, PEM. */
async function makeCertificate(
  commonName: string,
  names: readonly string[],
  random: Random,
): Promise<string> {
  // These two cost 0.1 s to load, and are needed once in the life of an installation.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const serial = random.bytes(16);
  serial[0]! &= 0x7f;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: toHex(serial),
    name: [{ CN: [commonName] }],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(alternativeNames(names)),
    ],
  });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return `${certificate.toString("pem")}\n${x509.PemConverter.encode(pkcs8.buffer, "PRIVATE KEY")}\n`;
}

/** The names as a certificate can hold them, each once; our fixed name and this machine's own in front. */
export function alternativeNames(names: readonly string[]): { type: "dns" | "ip"; value: string }[] {
  const all = [CERTIFICATE_NAME, "localhost", "127.0.0.1", "::1", ...names.map((name) => name.toLowerCase())];
  return [...new Set(all)].flatMap((value): { type: "dns" | "ip"; value: string }[] => {
    if (isIP(value) !== 0) return [{ type: "ip", value }];
    const isName = value.length <= 253 &&
      /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/.test(value);
    return isName && !/^[0-9.]+$/.test(value) ? [{ type: "dns", value }] : [];
  });
}
