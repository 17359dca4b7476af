// Copyright the SpareGrid authors. Apache-2.0.
// One's own way in: the second factor, and the browsers that are signed in.
import { ask } from "./api.js";
import {
  BEGIN_SECOND_FACTOR,
  CONFIRM_SECOND_FACTOR,
  END_SESSION,
  REMOVE_SECOND_FACTOR,
  RENEW_RECOVERY_CODES,
  YOU,
} from "./documents.js";
import { button, errorText, facts, make, name, once, put, say, tell, time } from "./dom.js";
import { withProof } from "./proof.js";
import { countText } from "./words.js";

/** @import { BegunFactor, OwnSession } from "./documents.js" */
/** @import { Place } from "./main.js" */

/** Signs of a key that are read at a time. */
const GROUP = /.{4}(?=.)/g;

/**
 * @typedef {{ recoveryCodesLeft: number | null, user: { name: string, secondFactorSince: string | null } }} Own
 */

/** @param {Place} place */
export async function showYou(place) {
  place.head("Your sign-in", [{ word: "Overview", route: { name: "overview" } }]);
  const factor = make("section", { "aria-labelledby": "factor-title" });
  const sessions = make("section", { "aria-labelledby": "sessions-title" });
  /** @param {Element[]} parts */
  const fill = (parts) =>
    factor.replaceChildren(make("h2", { id: "factor-title" }, "Second factor"), ...parts);
  /** @param {HTMLElement[]} [news] */
  const renew = async (news = []) => {
    /** @type {{ me: Own, sessions: OwnSession[] }} */
    const own = await ask(YOU, {}, place.signal);
    fill([...news, ...factorOf(own.me, acts)]);
    sessions.replaceChildren(
      make("h2", { id: "sessions-title" }, "Signed-in browsers"),
      make("ul", { class: "rows plain" }, ...own.sessions.map((session) => rowOf(session, renew))),
    );
  };
  const acts = {
    begin: () =>
      withProof(async () => {
        /** @type {{ beginSecondFactor: BegunFactor }} */
        const { beginSecondFactor } = await ask(BEGIN_SECOND_FACTOR);
        fill(setting(beginSecondFactor, renew));
        factor.querySelector("input")?.focus();
      }),
    codes: () =>
      withProof(async () => {
        /** @type {{ renewRecoveryCodes: { recoveryCodes: string[] } }} */
        const { renewRecoveryCodes } = await ask(RENEW_RECOVERY_CODES);
        await renew([codesOf(renewRecoveryCodes.recoveryCodes)]);
        say("The recovery codes of before are void.");
      }),
    remove: () =>
      withProof(async () => {
        await ask(REMOVE_SECOND_FACTOR);
        await renew();
        say("Signing in takes the password alone.");
      }),
  };
  place.view.replaceChildren(factor, sessions);
  await renew();
  return {};
}

/**
 * @param {Own} own
 * @param {Readonly<Record<"begin" | "codes" | "remove", () => Promise<void>>>} acts
 */
function factorOf({ recoveryCodesLeft, user: { secondFactorSince } }, acts) {
  if (secondFactorSince === null) {
    return [
      make(
        "p",
        {},
        "Signing in takes the password alone. With a second factor it takes a code of an authenticator app, too: a stolen password is not enough then.",
      ),
      make("p", { class: "buttons" }, button("Turn on", "second factor", acts.begin)),
    ];
  }
  return [
    make(
      "p",
      {},
      "On since ",
      time(secondFactorSince),
      `. ${countText(recoveryCodesLeft ?? 0, "recovery code")} left.`,
    ),
    make(
      "p",
      { class: "buttons" },
      button("New recovery codes", "second factor", acts.codes),
      button("Turn off", "second factor", acts.remove),
    ),
  ];
}

/**
 * What to do with the app, and the form for its first code.
 * @param {BegunFactor} begun
 * @param {(news: HTMLElement[]) => Promise<void>} onOn
 */
function setting({ secret, qrCode }, onOn) {
  const field = make("input", {
    ...{ id: "factor-code", name: "code", autocomplete: "one-time-code", inputmode: "numeric" },
    ...{ required: "", spellcheck: "false" },
  });
  const problem = make("p", { class: "note err", role: "alert", hidden: "" });
  const sent = make("button", { class: "first", type: "submit" }, "Turn on");
  const form = make(
    "form",
    { class: "door", method: "post" },
    problem,
    make("label", { for: "factor-code" }, "Code that the app shows"),
    field,
    sent,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void once(sent, () =>
      withProof(async () => {
        /** @type {{ confirmSecondFactor: { recoveryCodes: string[] } }} */
        const { confirmSecondFactor } = await ask(CONFIRM_SECOND_FACTOR, { code: field.value });
        await onOn([codesOf(confirmSecondFactor.recoveryCodes)]);
        say("The second factor is on. Your other browsers were signed out.");
      }), (error) => put(problem, errorText(error)));
  });
  return [
    make("p", {}, "Let an authenticator app read this code, or type the key into it:"),
    qrDrawing(qrCode),
    make("p", {}, make("code", {}, secret.replace(GROUP, "$& "))),
    form,
  ];
}

/** @param {string[]} codes */
function codesOf(codes) {
  return make(
    "div",
    { class: "note warn" },
    make(
      "p",
      {},
      "Recovery codes. Each gets you in once where the app is lost. Print or save them now, not on this machine: they are not shown again.",
    ),
    make("ul", { class: "codes" }, ...codes.map((code) => make("li", {}, make("code", {}, code)))),
  );
}

/**
 * @param {OwnSession} session
 * @param {() => Promise<void>} onEnd
 */
function rowOf({ id, current, createdAt, seenAt, address, agent }, onEnd) {
  const about = make("span", {}, "since ", time(createdAt));
  const end = () => ask(END_SESSION, { id }).then(() => onEnd()).catch(tell);
  return make(
    "li",
    {},
    make(
      "div",
      { class: "main" },
      current ? make("strong", {}, "This browser") : name(agent || "A browser without a name"),
      make("br", {}),
      facts(about, make("span", {}, "last used ", time(seenAt)), make("span", {}, "from ", name(address))),
    ),
    ...current ? [] : [make("p", { class: "buttons" }, button("Sign out", agent, end))],
  );
}

/**
 * @param {string[]} rows Each of 0 and 1.
 */
function qrDrawing(rows) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", "qr");
  drawing.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", "QR code of the key below");
  const dark = document.createElementNS(space, "path");
  const squares = rows.flatMap((row, y) =>
    [...row].map((sign, x) => sign === "1" ? `M${x} ${y}h1v1h-1z` : "")
  );
  dark.setAttribute("d", squares.join(""));
  drawing.append(dark);
  return drawing;
}
