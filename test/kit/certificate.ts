// Copyright the SpareGrid authors. Apache-2.0.

/** A self-made certificate for `localhost` and 127.0.0.1, PEM, with its SHA-256 fingerprint. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/**
 * Makes one with the `openssl` program, as the product makes them: ECDSA P-256 and no authority (a self-made one
 * that calls itself an authority is refused as a server's). `names` is the list of alternative names.
 */
export async function makeCertificate(names = "DNS:localhost,IP:127.0.0.1"): Promise<TestCertificate> {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    args.push(
      "-keyout",
      `${folder}/key.pem`,
      "-out",
      `${folder}/cert.pem`,
      "-days",
      "30",
      "-subj",
      "/CN=test",
    );
    args.push("-addext", "basicConstraints=critical,CA:FALSE", "-addext", `subjectAltName=${names}`);
    const { success, stderr } = await new Deno.Command("openssl", { args, stdout: "null", stderr: "piped" })
      .output();
    if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
    const cert = await Deno.readTextFile(`${folder}/cert.pem`);
    const der = Uint8Array.fromBase64(cert.replace(/-----[A-Z ]+-----|\s/g, ""));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
    return { cert, key: await Deno.readTextFile(`${folder}/key.pem`), sha256: hash.toHex() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
