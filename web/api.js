// Copyright the SpareGrid authors. Apache-2.0.
// Requests to the API. The session is a cookie that no script can read; the value that lets this page change things is kept
// in memory only, so that no other page and no storage has it.

const PATH = "/graphql";
/** Nobody is signed in (any more). */
const NOBODY = "SG1037";

/** What the service, or the way to it, refused. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{ code?: string | undefined, remedy?: string | undefined }} [more]
   */
  constructor(message, { code, remedy } = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.remedy = remedy;
  }

  /** True when somebody has to sign in first. */
  get isNobody() {
    return this.code === NOBODY;
  }
}

/** @type {string | undefined} */
let csrf;

/**
 * Keeps the value that mutations must carry; undefined when nobody is signed in.
 * @param {string | undefined} value
 */
export function keepCsrf(value) {
  csrf = value;
}

/**
 * The answer's data. Throws an ApiError.
 * @template T
 * @param {string} document
 * @param {Record<string, unknown>} [variables]
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function ask(document, variables = {}, signal) {
  const response = await post(document, variables, "application/json", signal);
  const answer = await response.json().catch(() => undefined);
  if (answer === undefined) throw notUnderstood(response);
  return dataOf(answer);
}

/**
 * Sends a request. Throws an ApiError where there is no answer.
 * @param {string} document
 * @param {Record<string, unknown>} variables
 * @param {string} accept
 * @param {AbortSignal} [signal]
 */
export async function post(document, variables, accept, signal) {
  /** @type {RequestInit} */
  const request = {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Accept": accept,
      ...(csrf === undefined ? {} : { "X-SpareGrid-CSRF": csrf }),
    },
    body: JSON.stringify({ query: document, variables }),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    ...(signal ? { signal } : {}),
  };
  try {
    return await fetch(PATH, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("Cannot reach the service", { remedy: "See that it runs, and try again." });
  }
}

/**
 * The data of an answer, or the first of its errors.
 * @template T
 * @param {{ data?: T, errors?: { message: string, extensions?: { code?: string, remedy?: string } }[] }} answer
 * @returns {T}
 */
export function dataOf({ data, errors }) {
  const [first] = errors ?? [];
  if (first) throw new ApiError(first.message, first.extensions);
  return /** @type {T} */ (data);
}

/** @param {Response} response */
export function notUnderstood({ status }) {
  return new ApiError(`The service answered with status ${status} and nothing to read`, {
    remedy: "Load the page again.",
  });
}
