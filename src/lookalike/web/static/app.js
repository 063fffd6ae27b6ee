// @ts-check
/** The start page: choose photos, wait, look at the answer, and round again. */

import { Alert } from "./alert.js";
import { findAgain, findLookalikes } from "./api.js";
import { Consent } from "./consent.js";
import { find } from "./dom.js";
import { findFirst } from "./filters.js";
import { Problem } from "./problem.js";
import { receivePhotos } from "./receive.js";
import { Slot } from "./slot.js";
import { page, text } from "./texts.js";
import { Working } from "./working.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./api.js").Filters} Filters */
/** @typedef {import("./api.js").Lookalikes} Lookalikes */
/** @typedef {import("./api.js").Question} Question */
/** @typedef {{ result?: string, face?: number }} Place where in this visit the user is */

const start = find("#start", HTMLElement);
const section = find("#results", HTMLElement);
const form = find("#form", HTMLFormElement);
const go = find("#go", HTMLButtonElement);
const cancel = find("#cancel", HTMLButtonElement);
const take = find("#camera", HTMLButtonElement);
const capture = find("#capture", HTMLInputElement);
const photo = new Slot("photo");
const reference = new Slot("reference");
const slots = [photo, reference];
const consent = new Consent();
const working = new Working("steps");
const alertBox = new Alert();
/** @type {AbortController | null} while photos are being looked at */
let running = null;
/** @type {Slot | null} whose photo cannot be used */
let faulty = null;
/** @type {Promise<Picture> | null} a photo of ours, that nobody has to agree to */
let sample = null;
/** @type {import("./results.js").Results | null} once there was an answer */
let results = null;
/** @type {import("./camera.js").Camera | null} once it was asked for */
let camera = null;

form.noValidate = true; // the page says itself what is wanting, and the browser's bubbles go away
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (faulty) faulty.input.click();
  else search();
});
for (const slot of slots) slot.addEventListener("change", ready);
cancel.addEventListener("click", () => running?.abort());
take.addEventListener("click", takePhoto);
for (const link of form.querySelectorAll("a.sample")) link.addEventListener("click", trySample);
capture.addEventListener("change", () => {
  if (capture.files?.[0]) photo.put(capture.files[0]);
  capture.value = "";
});
find("#again", HTMLElement).addEventListener("click", () => {
  history.pushState({}, "");
  again();
});
// The way back from the answer is the phone's own gesture as well as our button.
window.addEventListener("popstate", () => goTo(place()));
receivePhotos(photo, reference, () => !start.hidden && !running);
ready();
if (place().result) goTo(place());
else if (isKept()) showEarlier();

/** The button that finds is there as soon as there is a photo to look at. */
function ready() {
  hideProblem();
  form.dataset.photo = photo.picture ? "chosen" : "none";
  go.textContent = text("find");
}

async function takePhoto() {
  // Browsers inside other apps promise a camera and then deny it; the phone's own they do open.
  if (page.app) {
    capture.click();
    return;
  }
  const { Camera, canTake } = await import("./camera.js");
  if (!(await canTake())) {
    capture.click();
    return;
  }
  camera ??= new Camera(
    (picture) => photo.take(picture).then(() => go.focus()),
    () => photo.input.click(),
  );
  await camera.open();
}

/** Show the answer to a sample here, where every part of it can be tried. @param {Event} event */
async function trySample(event) {
  const link = event.currentTarget;
  const elsewhere = event instanceof MouseEvent && (event.ctrlKey || event.metaKey);
  if (elsewhere || !(link instanceof HTMLElement) || running) return;
  event.preventDefault();
  try {
    const { fetchSample } = await import("./sample.js");
    sample = fetchSample(String(link.dataset.photo));
    await photo.take(sample);
  } catch (error) {
    photo.clear();
    fail(error);
    return;
  }
  if (photo.picture === sample) await search();
}

async function search() {
  try {
    if (!photo.picture) throw new Problem("no-photo");
    if (photo.picture !== sample || reference.picture) consent.require();
    running = new AbortController();
    busy(true);
    // The answer's own scripts come while the photo leaves.
    const drawing = drawn();
    const offers = section.dataset.offers ? import("./offers.js") : null;
    const [own, other] = await Promise.all([photo.picture, reference.picture]);
    refuseLarge(own, "photo");
    if (other) refuseLarge(other, "reference");
    const onProgress = (/** @type {number} */ share) => working.sent(share);
    const watch = { onProgress, signal: running.signal };
    const question = { photo: own, reference: other, person: person() };
    const ask = (/** @type {Filters} */ filters) => findLookalikes(question, filters, watch);
    const answer = await findFirst(ask, watch.signal);
    await working.linger();
    if (running.signal.aborted) throw new Problem("cancelled");
    await drawing;
    (await offers)?.follow(photo.picture !== sample);
    const { keep } = await import("./visit.js");
    history.pushState({ result: await keep(answer, question) }, "");
    await show(answer, question, 0);
  } catch (error) {
    fail(error);
  } finally {
    if (running) busy(false);
    running = null;
  }
}

/**
 * Better said here than after a long upload.
 * @param {Picture} picture
 * @param {import("./problem.js").Subject} subject
 */
function refuseLarge(picture, subject) {
  if (picture.blob.size > page.limits.bytes) throw new Problem("image-too-large", subject);
}

/** Whom the user wants to be compared with, having come from their page. */
function person() {
  const chosen = form.elements.namedItem("person");
  return chosen instanceof HTMLInputElement ? chosen.value : null;
}

/** Whether something of this visit is: asked before anything is loaded for it. */
function isKept() {
  try {
    return sessionStorage.getItem("results") !== null;
  } catch {
    return false; // storage is switched off
  }
}

/** @returns {Place} */
function place() {
  return history.state ?? {};
}

/** The part of the page that shows answers, loaded with the first, and all that an answer asks for. */
async function drawn() {
  const [{ Results }, { renew, saw }] = await Promise.all([
    import("./results.js"),
    import("./visit.js"),
    import("./earlier.js"),
  ]);
  const chose = (/** @type {number} */ face) =>
    history.replaceState({ ...history.state, face }, "");
  const narrowed = (/** @type {Lookalikes} */ answer) => renew(place().result, answer);
  results ??= new Results({ chose, narrowed, saw });
  return results;
}

/**
 * @param {Lookalikes} answer
 * @param {Question} question
 * @param {number} face
 */
async function show(answer, question, face) {
  const view = await drawn();
  start.hidden = true;
  find("#sample-note", HTMLElement).hidden = photo.picture !== sample;
  const search = (/** @type {Filters} */ filters, /** @type {AbortSignal} */ signal) => {
    const otherwise = () => findLookalikes(question, filters, { signal });
    return findAgain(answer, filters, otherwise, signal);
  };
  view.show({ answer, question, search, face });
  view.focus();
  await showEarlier();
}

/** Show what belongs to a place in this visit: a result that is kept, or the start. @param {Place} where */
async function goTo({ result, face }) {
  const { open } = await import("./visit.js");
  const kept = result ? await open(result) : null;
  // The user may have gone on meanwhile.
  if (place().result !== result) return;
  if (kept) await show(kept.answer, kept.question, face ?? 0);
  else again();
}

/** The results of this visit, under whatever is on show. */
async function showEarlier() {
  const { earlier } = await import("./earlier.js");
  const shown = place().result ?? null;
  const open = (/** @type {string} */ id) => {
    history.pushState({ result: id }, "");
    goTo(place());
  };
  const forgot = () => history.replaceState({}, "");
  find("#earlier", HTMLElement).replaceChildren(await earlier(shown, open, forgot));
}

/** Back to the start, with the reference kept: the next photo may be compared with it too. */
function again() {
  if (!start.hidden) return;
  results?.hide();
  find("#sample-note", HTMLElement).hidden = true;
  start.hidden = false;
  photo.clear();
  if (isKept()) showEarlier();
  window.scrollTo({ top: 0 });
  take.focus({ preventScroll: true });
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
  const problem = alertBox.show(error);
  if (!problem) return;
  if (problem.code === "consent") {
    consent.focus();
    return;
  }
  faulty = slots.find((slot) => slot.subject === problem.subject) ?? null;
  faulty?.blame(true);
  go.textContent = text(faulty ? "choose_another" : "retry");
}

function hideProblem() {
  alertBox.hide();
  faulty?.blame(false);
  faulty = null;
}
