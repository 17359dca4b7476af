// Copyright the SpareGrid authors. Apache-2.0.
// The page: who is there, what is shown, and what is followed. All of it comes from the API at /graphql.
import { ApiError, ask, keepCsrf } from "./api.js";
import { INSTALLATION, LIVE_RUNS, RUNS, SIGN_OUT, WHO } from "./documents.js";
import { errorText, make, once, part, put, say, tell, tellErrorsTo } from "./dom.js";
import { follow } from "./events.js";
import { showFolder } from "./folder.js";
import { showOverview } from "./overview.js";
import { closeProof, readyProof } from "./proof.js";
import { closeRestore, readyRestore } from "./restore.js";
import { addressOf, routeOf } from "./route.js";
import { RunList, spokenChange } from "./runs.js";
import { showSet } from "./set.js";
import { hideDoor, openDoor, showDoor } from "./sign_in.js";
import { isOver, shownText, timeText } from "./words.js";
import { showYou } from "./you.js";

/** @import { Installation, Me, Run } from "./documents.js" */
/** @import { Route } from "./route.js" */

/**
 * Where a view is drawn.
 * @typedef {object} Place
 * @property {HTMLElement} view
 * @property {AbortSignal} signal Aborts when something else is shown.
 * @property {Installation} installation
 * @property {(right: string) => boolean} may
 * @property {(title: string, trail: { word: string, route: Route }[]) => void} head
 */

/**
 * What a view wants to know while it is shown.
 * @typedef {{ onRun?: (run: Run) => void, onRunEnd?: () => Promise<void> }} Shown
 */

/** One who is signed in, until that ends. */
class Stay {
  #end = new AbortController();
  #view = new AbortController();
  /** @type {Shown} */
  #shown = {};
  #following = new AbortController();
  #runs = new RunList();
  #me;
  /** @type {Installation} */
  #installation = { gridId: "", version: "", roles: [], notices: [] };

  /** @param {Me} me */
  constructor(me) {
    this.#me = me;
    keepCsrf(me.csrf);
  }

  /** @param {string} right */
  may = (right) => this.#me.rights.includes(right);

  async begin() {
    /** @type {{ installation: Installation }} */
    const { installation } = await ask(INSTALLATION, {}, this.#end.signal);
    this.#installation = installation;
    put(
      part("installation", HTMLElement),
      shownText(`${installation.gridId}, version ${installation.version}`),
    );
    put(part("user-name", HTMLElement), shownText(this.#me.user.name));
    part("who", HTMLElement).hidden = false;
    this.#runs.begin(this.may("OPERATE"), (run, before) => this.#onRun(run, before));
    this.watch();
    await this.show();
  }

  /** Ends all that is under way, and takes off the page what it showed. */
  end() {
    for (const one of [this.#end, this.#view, this.#following]) one.abort();
    keepCsrf(undefined);
    this.#runs.clear();
    closeRestore();
    closeProof();
    for (const id of ["view", "trail"]) part(id, HTMLElement).replaceChildren();
    for (const id of ["installation", "user-name", "live"]) part(id, HTMLElement).textContent = "";
    for (const id of ["who", "trail", "link", "said"]) part(id, HTMLElement).hidden = true;
  }

  /** Shows what the address says. */
  async show() {
    this.#view.abort();
    const { signal } = this.#view = new AbortController();
    const route = routeOf(location.hash);
    this.#shown = {};
    put(part("problem", HTMLElement), "");
    put(part("said", HTMLElement), "");
    const view = part("view", HTMLElement);
    view.replaceChildren();
    const place = { view, signal, installation: this.#installation, may: this.may, head };
    try {
      const shown = await show(place, route);
      if (!signal.aborted) this.#shown = shown;
    } catch (error) {
      if (signal.aborted) return;
      put(part("title", HTMLElement), "Cannot show this");
      tell(error);
    }
  }

  /** Follows the runs while the page is seen: a browser has few connections for us, and each page takes one. */
  watch() {
    this.#following.abort();
    if (document.hidden || this.#end.signal.aborted) return;
    const { signal } = this.#following = new AbortController();
    /** @type {{ onData: (data: { runs: Run }) => void, onLink: (isUp: boolean) => void }} */
    const told = {
      onData: ({ runs }) => this.#runs.show(runs),
      onLink: (isUp) => void this.#onLink(isUp, signal).catch(tell),
    };
    follow(LIVE_RUNS, told, signal).catch(tell);
  }

  /**
   * @param {boolean} isUp
   * @param {AbortSignal} signal
   */
  async #onLink(isUp, signal) {
    const now = timeText(new Date().toISOString());
    const link = part("link", HTMLElement);
    if (isUp) put(link, "");
    else if (link.hidden) {
      put(link, `The connection was lost. What is shown is as of ${now}. It is tried again.`);
    }
    if (!isUp) return;
    // What ended while nobody listened is not among those that are under way.
    /** @type {{ runs: { nodes: Run[] } }} */
    const { runs } = await ask(RUNS, {}, signal);
    for (const run of runs.nodes) this.#runs.show(run);
  }

  /**
   * @param {Run} run
   * @param {Run | undefined} before
   */
  #onRun(run, before) {
    const spoken = spokenChange(run, before);
    if (spoken !== undefined) part("live", HTMLElement).textContent = spoken;
    this.#shown.onRun?.(run);
    if (before !== undefined && isOver(run.state)) void this.#shown.onRunEnd?.().catch(tell);
  }

  /** @param {Run} run */
  showRun(run) {
    this.#runs.show(run);
  }
}

/**
 * @param {Place} place
 * @param {Route} route
 * @returns {Promise<Shown>}
 */
async function show(place, route) {
  if (route.name === "you") return await showYou(place);
  if (route.name === "set") return await showSet(place, route.set);
  if (route.name !== "folder") return await showOverview(place);
  await showFolder(place, route);
  return {};
}

/**
 * Title and way back.
 * @param {string} title
 * @param {{ word: string, route: Route }[]} trail
 */
function head(title, trail) {
  const text = shownText(title);
  const heading = part("title", HTMLElement);
  document.title = text === "SpareGrid" ? text : `${text} – SpareGrid`;
  put(heading, text);
  const links = trail.map(({ word, route }) => make("a", { href: addressOf(route) }, shownText(word)));
  const nav = part("trail", HTMLElement);
  nav.replaceChildren(...links);
  nav.hidden = links.length === 0;
}

/** @type {Stay | undefined} */
let stay;

/** Asks who is there, and shows the door or what lies behind it. */
async function begin() {
  stay?.end();
  stay = undefined;
  try {
    /** @type {{ setUpNeeded: boolean, me: Me | null }} */
    const { setUpNeeded, me } = await ask(WHO);
    if (me !== null) return await enter(me);
    head(setUpNeeded ? "Set up SpareGrid" : "Sign in", []);
    showDoor(setUpNeeded);
  } catch (error) {
    head("SpareGrid", []);
    tell(error);
  }
}

/** Goes in where one has signed in by another tab meanwhile; what stands typed at the door is left alone otherwise. */
async function comeBack() {
  /** @type {{ me: Me | null }} */
  const { me } = await ask(WHO);
  if (me !== null && !stay) await enter(me);
}

/** @param {Me} me */
async function enter(me) {
  hideDoor();
  put(part("problem", HTMLElement), "");
  stay?.end();
  stay = new Stay(me);
  await stay.begin();
  part("title", HTMLElement).focus();
}

tellErrorsTo((error) => {
  if (error instanceof ApiError && error.isNobody && stay) {
    void begin().then(() => {
      if (!stay) put(part("problem", HTMLElement), "You were signed out.");
    });
    return;
  }
  const problem = part("problem", HTMLElement);
  put(problem, errorText(error));
  problem.focus();
});

openDoor(enter);
readyProof();
readyRestore((run) => stay?.showRun(run));
part("sign-out", HTMLButtonElement).addEventListener("click", ({ currentTarget }) => {
  if (!(currentTarget instanceof HTMLButtonElement)) return;
  void once(currentTarget, async () => {
    await ask(SIGN_OUT);
    history.replaceState(null, "", "/"); // the address may hold names, too
    await begin();
    say("You are signed out.");
  });
});
addEventListener("hashchange", async () => {
  const before = document.activeElement;
  await stay?.show();
  // Who has gone on to something else meanwhile is not called back.
  const isWaiting = [before, document.body].includes(document.activeElement);
  if (stay && isWaiting) part("title", HTMLElement).focus();
});
document.addEventListener("visibilitychange", () => {
  if (stay) stay.watch();
  else if (!document.hidden) void comeBack().catch(() => {});
});
void begin();
