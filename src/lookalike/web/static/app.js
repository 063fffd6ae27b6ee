// @ts-check
/** The page: choose photos, wait, look at the answer, and round again. */

import { findLookalikes } from "./api.js";
import { announce, find, icon, make } from "./dom.js";
import { explain, Problem } from "./problem.js";
import { receivePhotos } from "./receive.js";
import { Results } from "./results.js";
import { Slot } from "./slot.js";
import { page, text } from "./texts.js";
import { Working } from "./working.js";

/** @typedef {import("./picture.js").Picture} Picture */

const start = find("#start", HTMLElement);
const form = find("#form", HTMLFormElement);
const go = find("#go", HTMLButtonElement);
const cancel = find("#cancel", HTMLButtonElement);
const alertBox = find("#alert", HTMLElement);
const photo = new Slot("photo");
const reference = new Slot("reference");
const slots = [photo, reference];
const working = new Working();
const results = new Results();
/** @type {AbortController | null} while photos are being looked at */
let running = null;
/** @type {Slot | null} whose photo cannot be used */
let faulty = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wanting = faulty ?? (photo.picture ? null : photo);
  if (wanting) wanting.input.click();
  else search();
});
for (const slot of slots) slot.addEventListener("change", ready);
cancel.addEventListener("click", () => running?.abort());
find("#again", HTMLElement).addEventListener("click", () => history.back());
// The way back from the answer is the phone's own gesture as well as our button.
window.addEventListener("popstate", again);
receivePhotos(photo, reference, () => !start.hidden && !running);

/** One button: it chooses the photo, then it finds. */
function ready() {
  hideProblem();
  go.textContent = text(photo.picture ? "find" : "choose");
}

async function search() {
  running = new AbortController();
  busy(true);
  try {
    const [own, other] = await Promise.all([photo.picture, reference.picture]);
    if (!own) return;
    refuseLarge(own, "photo");
    if (other) refuseLarge(other, "reference");
    const watch = {
      onProgress: (/** @type {number} */ share) => working.sent(share),
      signal: running.signal,
    };
    const answer = await findLookalikes(own.blob, other?.blob ?? null, watch);
    await working.linger();
    if (running.signal.aborted) throw new Problem("cancelled");
    showResults(answer, own, other);
  } catch (error) {
    fail(error);
  } finally {
    running = null;
    busy(false);
  }
}

/**
 * Better said here than after a long upload.
 * @param {Picture} picture
 * @param {import("./problem.js").Subject} subject
 */
function refuseLarge(picture, subject) {
  if (picture.blob.size > page.maxBytes) throw new Problem("image-too-large", subject);
}

/**
 * @param {import("./api.js").Lookalikes} answer
 * @param {Picture} own
 * @param {Picture | null} other
 */
function showResults(answer, own, other) {
  start.hidden = true;
  results.show(answer, own, other);
  results.focus();
  history.pushState({}, "");
}

/** Back to the start, with the reference kept: the next photo may be compared with it too. */
function again() {
  if (!start.hidden) return;
  results.hide();
  start.hidden = false;
  photo.clear();
  window.scrollTo({ top: 0 });
  go.focus({ preventScroll: true });
}

/** @param {boolean} is */
function busy(is) {
  form.classList.toggle("is-busy", is);
  form.setAttribute("aria-busy", String(is));
  for (const slot of slots) slot.disabled = is;
  if (is) {
    hideProblem();
    working.start();
    cancel.focus({ preventScroll: true });
    go.hidden = true;
  } else {
    go.hidden = false;
    if (!start.hidden) go.focus({ preventScroll: true });
    working.stop();
  }
}

/** @param {unknown} error */
function fail(error) {
  const problem = error instanceof Problem ? error : new Problem("other");
  if (problem.code === "cancelled") {
    announce(text("working.cancelled"));
    return;
  }
  if (!(error instanceof Problem)) console.error(error);
  const { title, advice } = explain(problem);
  alertBox.replaceChildren(
    icon("warning"),
    make("div", {}, make("strong", {}, title), make("p", {}, advice)),
  );
  alertBox.hidden = false;
  faulty = slots.find((slot) => slot.subject === problem.subject) ?? null;
  faulty?.blame(true);
  go.textContent = text(faulty ? "choose_another" : "retry");
}

function hideProblem() {
  alertBox.hidden = true;
  alertBox.replaceChildren();
  faulty?.blame(false);
  faulty = null;
}
