// Copyright the SpareGrid authors. Apache-2.0.
// The one place that writes what was done over the API into the audit log: who, from where, what, to what, with what result.
import type { Identity } from "../account/mod.ts";
import type { AuditDetails, AuditFacts } from "../audit/mod.ts";
import type { Log } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { ApiContext } from "./context.ts";
import type { Faults } from "./faults.ts";
import type { MutationResolvers } from "./schema_types.ts";

/** Name of a mutation. */
export type MutationName = keyof MutationResolvers;
type ArgumentsOf<N extends MutationName> = NonNullable<MutationResolvers[N]> extends
  (parent: never, args: infer A, ...rest: never[]) => unknown ? A : never;

/** What a line says of the order: never a password, a code, a token or an invitation's text. */
interface Said {
  readonly subject: string;
  readonly details?: { readonly [name: string]: AuditDetails[string] };
}

/** The subject of each mutation, and what else is worth keeping. A test holds it against the schema. */
export const SAID: { readonly [N in MutationName]-?: (args: ArgumentsOf<N>) => Said } = {
  setUp: ({ input }) => ({ subject: input.userName }),
  signIn: ({ input }) => ({ subject: input.userName }),
  signOut: () => ({ subject: "" }),
  endSession: ({ id }) => ({ subject: id }),
  changePassword: () => ({ subject: "" }),
  confirmPassword: () => ({ subject: "" }),
  beginSecondFactor: () => ({ subject: "" }),
  confirmSecondFactor: () => ({ subject: "" }),
  renewRecoveryCodes: () => ({ subject: "" }),
  removeSecondFactor: ({ user }) => ({ subject: user ?? "" }),
  createUser: ({ input: { name, role } }) => ({ subject: name, details: { role } }),
  updateUser: ({ input: { id, role, enabled, password } }) => ({
    subject: id,
    details: { role, enabled, password: changed(password) },
  }),
  deleteUser: ({ id }) => ({ subject: id }),
  createToken: ({ input: { name, scopes, expiresIn } }) => ({
    subject: name,
    details: { scopes, expiresInMs: expiresIn },
  }),
  revokeToken: ({ id }) => ({ subject: id }),
  createDestination: ({ input: { name, folder, rest, server, invite } }) => ({
    subject: name,
    details: {
      folder,
      address: server?.address,
      rest: rest && withoutUserInfo(rest.url),
      invite: changed(invite),
    },
  }),
  updateDestination: ({ input: { id, name, uploadBytesPerSecond, fingerprint, password } }) => ({
    subject: id,
    details: { name, uploadBytesPerSecond, fingerprint, password: changed(password) },
  }),
  deleteDestination: ({ id }) => ({ subject: id }),
  testDestination: ({ id }) => ({ subject: id }),
  createSet: ({ input: { name, sources, destinations } }) => ({
    subject: name,
    details: { sources, destinations: destinations.map(({ destination }) => destination) },
  }),
  updateSet: ({ input: { id, name, sources, destinations, paused, excludes, options } }) => ({
    subject: id,
    details: {
      name,
      sources,
      paused,
      destinations: destinations?.map(({ destination }) => destination),
      excludes: changed(excludes),
      options: changed(options),
    },
  }),
  deleteSet: ({ input: { id, withBackups } }) => ({ subject: id, details: { withBackups } }),
  recoverySheet: ({ set }) => ({ subject: set }),
  refreshSnapshots: ({ set }) => ({ subject: set }),
  startRun: ({ input: { kind, set, destination, full } }) => ({
    subject: set ?? "",
    details: { kind, destination, full },
  }),
  startRestore: ({ input: { set, destination, snapshot, target, paths, overwrite, dryRun } }) => ({
    subject: set,
    details: {
      destination,
      snapshot,
      target,
      overwrite,
      dryRun,
      paths: paths?.map(({ text, base64 }) => text ?? base64 ?? ""),
      count: paths?.length,
    },
  }),
  suspendRun: ({ id }) => ({ subject: id }),
  resumeRun: ({ id }) => ({ subject: id }),
  stopRun: ({ id }) => ({ subject: id }),
  createInvite: ({ input: { account, quota, appendOnly, retentionLockDays, validFor } }) => ({
    subject: account ?? "",
    details: { quota, appendOnly, retentionLockDays, validForMs: validFor },
  }),
  revokeInvite: ({ id }) => ({ subject: id }),
  approveAccount: ({ input: { id, quota } }) => ({ subject: id, details: { quota } }),
  updateAccount: ({ input: { id, ...details } }) => ({ subject: id, details }),
  setAccountActive: ({ id, active }) => ({ subject: id, details: { active } }),
  resetAccountSecret: ({ id }) => ({ subject: id }),
  suspendAccount: ({ id, suspended }) => ({ subject: id, details: { suspended } }),
  deleteStored: ({ input: { account, repository } }) => ({ subject: account, details: { repository } }),
  undelete: ({ input: { account, repository, since } }) => ({
    subject: account,
    details: { repository, since },
  }),
  updateSetting: ({ key }) => ({ subject: key }),
};

/** Mutations of strangers: a refusal of these is worth a line. How many there can be is bounded by `account`. */
const OF_STRANGERS: readonly string[] = ["setUp", "signIn"];

/** True for refusals that are not written: a stranger could fill the drive with them. The program's log has them. */
function isNoise(action: string, code: string, { caller }: ApiContext): boolean {
  return code === "SG1039" || (code === "SG1037" && !caller && !OF_STRANGERS.includes(action));
}

/** Does what a mutation orders, and writes the line. */
export interface Trail {
  write<T>(action: string, args: unknown, context: ApiContext, act: () => Promise<T>): Promise<T>;
}

/** The trail; `faults` tells the code of a failure. */
export function auditTrail(faults: Faults, log: Log): Trail {
  return {
    async write(action, args, context, act) {
      const said = (SAID[action as MutationName] as (args: unknown) => Said)(args);
      const line = (actor: string, result: string): AuditFacts => ({
        actor,
        address: context.from.address,
        action,
        subject: said.subject,
        details: said.details ?? {},
        result,
      });
      const outcome = await act().then(
        (value) => ({ value }),
        (error: unknown) => ({ error: faults.told(error) }),
      );
      if ("error" in outcome) {
        const { code } = outcome.error;
        log.write("warning", `api: ${action} refused`, { code, address: context.from.address });
        if (!isNoise(action, code, context)) await context.needs.audit.record(line(actorOf(context), code));
        throw outcome.error;
      }
      const who = signedIn(outcome.value) ?? actorOf(context);
      await context.needs.audit.record(line(who, "ok")).catch((error: unknown) => {
        throw new SgError("SG1034", `It was done, but ${action} could not be written to the audit log`, {
          cause: error,
        });
      });
      return outcome.value;
    },
  };
}

/** Who asks, as the audit log names them. */
export function actorOf({ caller }: Pick<ApiContext, "caller">): string {
  return caller?.identity.actor ?? "anonymous";
}

/** The one who has just signed in. */
function signedIn(payload: unknown): string | undefined {
  if (typeof payload !== "object" || payload === null || !("me" in payload)) return undefined;
  return (payload.me as Identity).actor;
}

/** Marks that a value was given without saying which. */
function changed(value: unknown): "changed" | undefined {
  return value === undefined || value === null ? undefined : "changed";
}

/** An address may hold a user name and a password although it must not. */
function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}
