// Copyright the SpareGrid authors. Apache-2.0.
import { MIB } from "../base/mod.ts";
import {
  choiceKind,
  countKind,
  listKind,
  pathKind,
  portKind,
  type PortSetting,
  type SettingKind,
  sizeKind,
  switchKind,
  textKind,
} from "./setting_kinds.ts";

/** One setting: the row of the table that flags, environment, file, help and the API share. */
export interface SettingSpec<T> {
  readonly kind: SettingKind<T>;
  readonly fallback: T;
  /** What it does, one sentence without a full stop. */
  readonly description: string;
  /** True: it may be changed while the service runs, and then takes effect at once. */
  readonly changeable: boolean;
}

const fixed = <T>(kind: SettingKind<T>, fallback: T, description: string): SettingSpec<T> => ({
  kind,
  fallback,
  description,
  changeable: false,
});

const changeable = <T>(kind: SettingKind<T>, fallback: T, description: string): SettingSpec<T> => ({
  ...fixed(kind, fallback, description),
  changeable: true,
});

/** What a Grid ID looks like: it names folders at servers and travels in addresses. */
export const GRID_ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f:.]{2,45})$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}$/;
const port = (fallback: number, what: string) =>
  fixed<PortSetting>(portKind, fallback, `Port of ${what}; 0: none, any: a free one`);
const noLimit = "0: no limit";

/** Every setting by its key. A key is a flag (`--key`), a variable (`SPAREGRID_KEY`) and a line of sparegrid.toml. */
export const SETTINGS = {
  "grid-id": fixed(
    textKind(
      "1 to 64 of a-z, 0-9, dot, dash and underscore, with a letter or digit at both ends",
      "NAME",
      GRID_ID,
    ),
    "",
    "Unique name of this installation; asked for at the first start, and fixed from then on",
  ),
  client: fixed(switchKind, false, "Back up this machine; without --client and --server both are done"),
  server: fixed(switchKind, false, "Keep backups of clients; without --client and --server both are done"),
  "backup-port": port(32004, "signed backup traffic over HTTP"),
  "backup-tls-port": port(32007, "backup traffic over HTTPS, also for restic"),
  "console-port": port(6060, "console and API over HTTP"),
  "console-tls-port": port(6061, "console and API over HTTPS"),
  "backup-listen": fixed(
    listKind("addresses, separated by commas", "ADDRESS", ADDRESS),
    [] as readonly string[],
    "Addresses at which the backup ports listen; left out: all of this machine",
  ),
  "console-listen": fixed(
    listKind("addresses, separated by commas", "ADDRESS", ADDRESS),
    [] as readonly string[],
    "Addresses at which the console listens; left out: this machine only, and over HTTPS all once there is an administrator",
  ),
  "host-names": fixed(
    listKind("host names or addresses, separated by commas", "HOST", HOST),
    [] as readonly string[],
    "Names by which others reach this machine, the first one stands in invitations; left out: its host name",
  ),
  certificate: fixed(
    pathKind,
    "",
    "PEM file with a certificate of one's own for the TLS ports, and what follows it in the chain",
  ),
  "certificate-key": fixed(pathKind, "", "PEM file with the certificate's private key"),
  store: fixed(pathKind, "", "Folder for what clients store; left out: in the data folder"),
  "parallel-runs": changeable(countKind(1, 64), 2, "Runs of this machine that may work at the same time"),
  "automatic-approval": changeable(
    switchKind,
    false,
    "Let clients that ask for an account in without approval",
  ),
  "shared-space": changeable(
    sizeKind,
    0,
    "Bytes that the accounts which were let in without approval share; 0: what is free on the store's drive",
  ),
  "allow-basic-plain": changeable(
    switchKind,
    false,
    "Take a user name and secret over the plain HTTP backup port from other machines, too",
  ),
  "server-bandwidth": changeable(
    sizeKind,
    0,
    `Bytes per second that all clients together may send to this server; ${noLimit}`,
  ),
  "scrub-bandwidth": changeable(
    sizeKind,
    4 * MIB,
    "Bytes per second that the server reads to verify what it keeps; 0: it verifies nothing by itself",
  ),
  "reserved-space": changeable(
    sizeKind,
    256 * MIB,
    "Bytes that the server leaves free on the drive of its store",
  ),
  metrics: changeable(
    choiceKind("off", "loopback", "all"),
    "loopback" as "off" | "loopback" | "all",
    "Who may read /metrics: off, loopback (this machine), all",
  ),
  "log-level": changeable(
    choiceKind("debug", "info", "warning", "error"),
    "info" as "debug" | "info" | "warning" | "error",
    "The log's lowest level: debug, info, warning, error",
  ),
  "log-format": fixed(
    choiceKind("auto", "text", "json"),
    "auto" as "auto" | "text" | "json",
    "The log's form: text, json, or auto (text on a terminal)",
  ),
} as const;

/** The key of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** The type of a setting's value. */
export type SettingValue<K extends SettingKey> = (typeof SETTINGS)[K] extends SettingSpec<infer T> ? T
  : never;

/** All keys, in the table's order. */
export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS) as SettingKey[];

/** The row of a key, without the type of its value. */
export function settingSpec(key: SettingKey): SettingSpec<unknown> {
  return SETTINGS[key] as unknown as SettingSpec<unknown>;
}

/** True when `text` is the key of a setting. */
export function isSettingKey(text: string): text is SettingKey {
  return Object.hasOwn(SETTINGS, text);
}

/** The variable of the environment that sets a key. */
export function settingVariable(key: string): string {
  return `SPAREGRID_${key.toUpperCase().replaceAll("-", "_")}`;
}
