// Copyright the SpareGrid authors. Apache-2.0.
// Saves a file at SpareGrid's backup port and loads it again, in a network of its own whose one link is as it was told to be:
// `unshare --net deno run -A test/kit/slow_link.ts SLOW_LINK`, with a {@link SlowLink} as JSON. Prints a {@link SlowLinkOutcome}.
import { sha256 } from "../../mod/crypto/mod.ts";
import { systemClock } from "../../mod/base/mod.ts";
import { isSgError } from "../../mod/errors/mod.ts";
import { HttpStorage, parseLocation, type RestLocation } from "../../mod/storage/mod.ts";
import { ServiceFarSide } from "./far_side.ts";
import { noise } from "./memory_tree.ts";
import { ran } from "./ran.ts";

/** The link, and what goes over it. */
export interface SlowLink {
  readonly tls: boolean;
  /** As tc(8) takes it, such as `1mbit`. */
  readonly rate: string;
  /** What waits for the link; more is dropped. */
  readonly queueBytes: number;
  /** Every packet is lost with so many per cent. */
  readonly lossPercent: number;
  readonly fileBytes: number;
  /** Silence that ends a request, and an answer, milliseconds. */
  readonly idleMs: number;
  /** Nothing goes over the link any more after so long, milliseconds. */
  readonly downAfterMs?: number;
}

/** What came of it. */
export interface SlowLinkOutcome {
  readonly savedMs?: number;
  readonly loadedMs?: number;
  /** True when the bytes that were loaded are those that were saved. */
  readonly same?: boolean;
  readonly code?: string;
}

/** Tries the link in a process and a network of its own. Needs root. */
export async function overSlowLink(link: SlowLink): Promise<SlowLinkOutcome> {
  const self = new URL(import.meta.url).pathname;
  const run = [Deno.execPath(), "run", "-A", "--no-check", self, JSON.stringify(link)];
  const { success, stdout, stderr } = await new Deno.Command("unshare", { args: ["--net", ...run] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function tryLink(link: SlowLink): Promise<SlowLinkOutcome> {
  // A link's packets: those of loopback would carry 64 KiB.
  await ran("ip", "link", "set", "lo", "mtu", "1500", "up");
  const { idleMs } = link;
  await using far = await ServiceFarSide.open({ tls: link.tls, deadlines: { answerStallMs: idleMs } });
  await far.place(new Map());
  const shape = ["tbf", "rate", link.rate, "burst", "3100", "limit", String(link.queueBytes)];
  await ran("tc", "qdisc", "add", "dev", "lo", "root", ...shape);
  await ran("nft", "add", "table", "ip", "link");
  await ran("nft", "add", "chain", "ip", "link", "in", "{ type filter hook input priority 0; }");
  const drop = (...what: string[]) => ran("nft", "add", "rule", "ip", "link", "in", ...what, "drop");
  if (link.lossPercent > 0) await drop("numgen", "random", "mod", "100", "<", String(link.lossPercent));
  const location = parseLocation(far.location(far.port)) as RestLocation;
  const storage = new HttpStorage(location, systemClock, { ...far.options, idleMs });
  const bytes = noise(link.fileBytes);
  const file = { type: "data", name: sha256(bytes).toHex() } as const;
  const outcome: { -readonly [K in keyof SlowLinkOutcome]: SlowLinkOutcome[K] } = {};
  const down = link.downAfterMs === undefined ? undefined : setTimeout(() => void drop(), link.downAfterMs);
  try {
    let since = performance.now();
    const passed = () => Math.round(performance.now() - since);
    await storage.save(file, bytes.slice());
    outcome.savedMs = passed();
    since = performance.now();
    const loaded = await storage.load(file);
    outcome.loadedMs = passed();
    outcome.same = sha256(loaded).toHex() === file.name;
  } catch (error) {
    if (!isSgError(error)) throw error;
    outcome.code = error.code;
  } finally {
    clearTimeout(down);
    await storage.close();
  }
  return outcome;
}

if (import.meta.main) {
  console.log(JSON.stringify(await tryLink(JSON.parse(Deno.args[0]!))));
  Deno.exit(0);
}
