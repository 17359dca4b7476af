// Copyright the SpareGrid authors. Apache-2.0.
// All that the page asks the API: fixed documents, values only as variables. A test holds them against schema.graphql.

/** @typedef {{ user: { name: string }, rights: string[], csrf: string }} Me */
/** @typedef {{ gridId: string, version: string, roles: string[], notices: string[] }} Installation */
/** @typedef {{ id: string, name: string }} Named */
/** @typedef {{ endCursor: string | null, hasNextPage: boolean }} PageInfo */
/**
 * @typedef {{ phase: string, filesDone: number, filesTotal: number | null, bytesDone: number, bytesTotal: number | null,
 *   current: string | null, problems: number }} Progress
 */
/**
 * @typedef {{ id: string, kind: string, state: string, set: Named | null, destination: Named | null, queuedAt: string,
 *   startedAt: string | null, endedAt: string | null, nextTryAt: string | null, code: string | null,
 *   message: string | null, remedy: string | null, problemCount: number, progress: Progress | null }} Run
 */
/**
 * @typedef {{ id: string, name: string, sources: string[], paused: boolean, deleting: boolean, snapshotCount: number,
 *   lastRun: Run | null, destinations: { destination: Named }[] }} BackupSet
 */
/**
 * @typedef {{ id: string, takenAt: string, hostname: string, paths: string[], files: number | null,
 *   bytes: number | null, destination: Named }} Snapshot
 */
/**
 * @typedef {{ name: string, path: string, pathBase64: string | null, kind: string, size: number, modifiedAt: string,
 *   linkTarget: string | null }} Entry
 */
/** @typedef {{ secret: string, qrCode: string[] }} BegunFactor */
/**
 * @typedef {{ id: string, current: boolean, createdAt: string, seenAt: string, address: string, agent: string }} OwnSession
 */
/** @typedef {{ text: string } | { base64: string }} PathInput */

const ME = "me { user { name } rights csrf }";
const RUN =
  `id kind state set { id name } destination { id name } queuedAt startedAt endedAt nextTryAt code message remedy
  problemCount progress { phase filesDone filesTotal bytesDone bytesTotal current problems }`;
const PAGE_INFO = "pageInfo { endCursor hasNextPage }";

export const WHO = `query Who { setUpNeeded ${ME} }`;
export const SET_UP = `mutation SetUp($input: SetUpInput!) { setUp(input: $input) { ${ME} } }`;
export const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${ME} } }`;
export const SIGN_OUT = "mutation SignOut { signOut { done } }";

export const CONFIRM_PASSWORD =
  "mutation ConfirmPassword($input: ConfirmPasswordInput!) { confirmPassword(input: $input) { done } }";

export const YOU = `query You { me { recoveryCodesLeft user { name secondFactorSince } }
  sessions { id current createdAt seenAt address agent } }`;
export const END_SESSION = "mutation EndSession($id: ID!) { endSession(id: $id) { done } }";
export const BEGIN_SECOND_FACTOR = "mutation BeginSecondFactor { beginSecondFactor { secret qrCode } }";
export const CONFIRM_SECOND_FACTOR =
  "mutation ConfirmSecondFactor($code: String!) { confirmSecondFactor(code: $code) { recoveryCodes } }";
export const RENEW_RECOVERY_CODES = "mutation RenewRecoveryCodes { renewRecoveryCodes { recoveryCodes } }";
export const REMOVE_SECOND_FACTOR = "mutation RemoveSecondFactor { removeSecondFactor { done } }";

export const INSTALLATION = "query Installation { installation { gridId version roles notices } }";
export const SETS = `query Sets($after: String) { sets(first: 50, after: $after) { ${PAGE_INFO} nodes {
  id name sources paused deleting snapshotCount destinations { destination { id name } } lastRun(kind: BACKUP) { ${RUN} } } } }`;
export const RUNS = `query Runs { runs(first: 20) { nodes { ${RUN} } } }`;
export const LIVE_RUNS = `subscription LiveRuns { runs { ${RUN} } }`;

export const SET =
  "query Set($id: ID!) { set(id: $id) { id name sources destinations { destination { id name } } } }";
export const SNAPSHOTS =
  `query Snapshots($set: ID!, $after: String) { snapshots(set: $set, first: 50, after: $after) { ${PAGE_INFO}
  nodes { id takenAt hostname paths files bytes destination { id name } } } }`;
export const ENTRIES = `query Entries($set: ID!, $snapshot: ID!, $path: PathInput!, $after: String) {
  entries(set: $set, snapshot: $snapshot, path: $path, first: 200, after: $after) { ${PAGE_INFO}
  nodes { name path pathBase64 kind size modifiedAt linkTarget } } }`;

export const START_RUN =
  `mutation StartRun($input: StartRunInput!) { startRun(input: $input) { run { ${RUN} } } }`;
export const START_RESTORE =
  `mutation StartRestore($input: StartRestoreInput!) { startRestore(input: $input) { run { ${RUN} } } }`;
export const SUSPEND_RUN = `mutation SuspendRun($id: ID!) { suspendRun(id: $id) { run { ${RUN} } } }`;
export const RESUME_RUN = `mutation ResumeRun($id: ID!) { resumeRun(id: $id) { run { ${RUN} } } }`;
export const STOP_RUN = `mutation StopRun($id: ID!) { stopRun(id: $id) { run { ${RUN} } } }`;
