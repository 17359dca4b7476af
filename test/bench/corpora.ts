// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../../mod/errors/mod.ts";

/** A folder of test data that the benchmark backs up. */
export interface Corpus {
  readonly name: string;
  readonly folder: string;
  /** What is in it, for the report. */
  readonly content: string;
}

const MIB = 1 << 20;

/** Runs a program to its end; fails loudly. */
export async function must(argv: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (!success) {
    throw new SgError("SG1027", `Cannot run ${argv.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/** Linux's source tree as Debian packs it (package linux-source). */
export async function linuxSource(root: string): Promise<Corpus> {
  const folder = `${root}/linux`;
  if (!exists(`${folder}/.done`)) {
    const archive = [...Deno.readDirSync("/usr/src")].map((entry) => entry.name)
      .find((name) => /^linux-source-.*\.tar\.xz$/.test(name));
    if (!archive) {
      throw new SgError(
        "SG1009",
        "Cannot find /usr/src/linux-source-*.tar.xz: install Debian's linux-source",
      );
    }
    await fresh(folder, async (part) => await must(["tar", "xf", `/usr/src/${archive}`, "-C", part]));
  }
  return { name: "source tree", folder, content: await describe(folder) };
}

/** Two large files: a tar of /usr cut at 1.5 GB, and 0.5 GB of random bytes. */
export async function largeFiles(root: string): Promise<Corpus> {
  const folder = `${root}/large`;
  if (!exists(`${folder}/.done`)) {
    await fresh(folder, async (part) => {
      await must([
        "sh",
        "-c",
        `tar cf - --sort=name /usr 2>/dev/null | head -c 1500000000 > '${part}/usr.tar'`,
      ]);
      await must(["sh", "-c", `head -c 500000000 /dev/urandom > '${part}/random'`]);
    });
  }
  return { name: "large files", folder, content: await describe(folder) };
}

/** 200,000 files of 100 to 4,000 bytes, text-like, from a fixed seed, 1,000 to a folder. */
export async function smallFiles(root: string): Promise<Corpus> {
  const folder = `${root}/small`;
  if (!exists(`${folder}/.done`)) {
    await fresh(folder, (part) => {
      const next = seeded(42);
      const words = Array.from({ length: 4096 }, () => next().toString(36));
      const encoder = new TextEncoder();
      for (let f = 0; f < 200; f++) {
        Deno.mkdirSync(`${part}/f${f}`);
        for (let i = 0; i < 1000; i++) {
          const size = 100 + next() % 3901;
          let text = "";
          while (text.length < size) text += `${words[next() % 4096]} `;
          Deno.writeFileSync(`${part}/f${f}/n${i}.txt`, encoder.encode(text.slice(0, size)));
        }
      }
      return Promise.resolve();
    });
  }
  return { name: "small files", folder, content: await describe(folder) };
}

/** A small deterministic generator (xorshift32); good enough for sizes and words. */
export function seeded(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Makes a folder whole or not at all. */
async function fresh(folder: string, fill: (part: string) => Promise<void>): Promise<void> {
  const part = `${folder}.part`;
  for (const old of [part, folder]) if (exists(old)) Deno.removeSync(old, { recursive: true });
  Deno.mkdirSync(part, { recursive: true });
  await fill(part);
  Deno.writeTextFileSync(`${part}/.done`, "");
  Deno.renameSync(part, folder);
}

async function describe(folder: string): Promise<string> {
  const text = async (argv: string[]) =>
    new TextDecoder().decode((await new Deno.Command(argv[0]!, { args: argv.slice(1) }).output()).stdout);
  const files = (await text(["find", folder, "-type", "f", "-printf", "."])).length;
  const bytes = Number((await text(["du", "-sb", "--apparent-size", folder])).split("\t")[0]);
  return `${files.toLocaleString("en")} files, ${Math.round(bytes / MIB).toLocaleString("en")} MiB`;
}
