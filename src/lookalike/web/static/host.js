// @ts-check
/**
 * Tells the page around this one what came of a photo, where its site may know: who is looked
 * like, and how much. Nothing of the photo, and nothing of the sample.
 */

import { find } from "./dom.js";
import { page, text } from "./texts.js";

/** @typedef {import("./api.js").RankedFace} RankedFace */
/** @typedef {{ people: object[], standing: { share: number } | null, language: string }} Result */

// The best and the next, as on show.
const MOST = 3;

const section = find("#results", HTMLElement);
/** @type {{ window: Window, origin: string } | null} who greeted us, and may be told */
let host = null;
/** @type {Result | null} that came before anybody greeted us */
let last = null;

window.addEventListener("message", greeted);
window.addEventListener("keydown", left);
section.addEventListener("chosen", (event) => {
  if (event instanceof CustomEvent && find("#sample-note", HTMLElement).hidden) {
    last = resultOf(event.detail.face);
    tell();
  }
});

/** Browsers say truly where a message comes from. @param {MessageEvent} event */
function greeted({ data, origin, source }) {
  const allowed = source === window.parent && page.hosts?.includes(origin);
  if (!allowed || host || data?.type !== "lookalike:hello") return;
  host = { window: window.parent, origin };
  const note = find("#host-note", HTMLElement);
  note.textContent = text("host", { site: new URL(origin).hostname });
  note.hidden = false;
  host.window.postMessage({ type: "lookalike:ready" }, origin);
  tell();
}

/** Escape leaves the frame too; the page around it does not hear that key. @param {KeyboardEvent} event */
function left({ key, defaultPrevented }) {
  if (key !== "Escape" || defaultPrevented || document.querySelector("dialog[open]")) return;
  host?.window.postMessage({ type: "lookalike:close" }, host.origin);
}

function tell() {
  if (host && last) host.window.postMessage({ type: "lookalike:result", result: last }, host.origin);
}

/**
 * @param {RankedFace} face
 * @returns {Result}
 */
function resultOf(face) {
  const people = face.people.slice(0, MOST).map(({ id, collection, name, rank, score, links }) => {
    return { id, collection, name, rank, score, links };
  });
  return { people, standing: face.standing, language: page.language };
}
