// @ts-check
/** Photos of one's own against each other: all with all, or a child with two parents. */

import { Album } from "./album.js";
import { Alert } from "./alert.js";
import { look } from "./api.js";
import { Consent } from "./consent.js";
import { find, make } from "./dom.js";
import { Problem } from "./problem.js";
import { Relative } from "./relative.js";
import { text } from "./texts.js";
import { Working } from "./working.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./upload.js").Field} Field */

const start = find("#start", HTMLElement);
const results = find("#results", HTMLElement);
const form = find("#form", HTMLFormElement);
const go = find("#go", HTMLButtonElement);
const cancel = find("#cancel", HTMLButtonElement);
const album = new Album();
const relatives = ["child", "parent-0", "parent-1"].map((id) => new Relative(id));
const consent = new Consent();
const working = new Working("comparing");
const alertBox = new Alert();
/** @type {AbortController | null} */
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
for (const each of form.querySelectorAll("[name=mode]")) each.addEventListener("change", changed);
for (const each of [album, ...relatives]) each.addEventListener("change", changed);
cancel.addEventListener("click", () => running?.abort());
window.addEventListener("popstate", () => (history.state?.compared ? reopen() : again()));
changed();
if (history.state?.compared) reopen();

/** What is being compared: `photos` or `family`. */
function mode() {
  return String(new FormData(form).get("mode"));
}

function changed() {
  alertBox.hide();
  go.textContent = text(`compare.go.${mode()}`);
  for (const each of relatives) each.blame(false);
  for (const part of form.querySelectorAll(".mode")) {
    if (part instanceof HTMLElement) part.hidden = part.dataset.mode !== mode();
  }
}

async function search() {
  alertBox.hide();
  try {
    const ask = mode() === "family" ? askFamily : askMatrix;
    running = new AbortController();
    const found = await ask({
      onProgress: (/** @type {number} */ share) => working.sent(share),
      signal: running.signal,
    });
    if (running.signal.aborted) throw new Problem("cancelled");
    const { keepComparison } = await import("./visit.js");
    history.pushState({ compared: await keepComparison(found) }, "");
    await show(found);
  } catch (error) {
    fail(error);
  } finally {
    running = null;
    busy(false);
  }
}

/** @param {import("./upload.js").Watch} watch */
async function askMatrix(watch) {
  await album.opening;
  const { pictures } = album;
  if (pictures.length < 2) throw new Problem("two-wanting");
  consent.require();
  busy(true);
  const fields = pictures.map((each) => /** @type {Field} */ (["photo", each]));
  const answer = await look("matrix", [...fields, ["mesh", true]], watch);
  return { kind: "matrix", answer, pictures: [...pictures], names: [] };
}

/** @param {import("./upload.js").Watch} watch */
async function askFamily(watch) {
  await Promise.all(relatives.map(({ opening }) => opening));
  const photos = relatives.map(({ picture }) => picture);
  if (!photos.every((each) => each !== null)) throw new Problem("three-wanting");
  consent.require();
  busy(true);
  const [child, ...parents] = photos;
  const fields = parents.map((each) => /** @type {Field} */ (["parent", each]));
  const asked = /** @type {Field[]} */ ([["child", child], ...fields, ["mesh", true]]);
  const answer = await look("family", asked, watch);
  const names = relatives.slice(1).map(({ name }) => name);
  return { kind: "family", answer, pictures: photos, names };
}

/** The comparison of this visit, as it was before the page was left. */
async function reopen() {
  const { openComparison } = await import("./visit.js");
  const found = await openComparison();
  if (found) await show(found);
  else again();
}

/** @param {import("./visit.js").Comparison} found */
async function drawn({ kind, answer, pictures, names }) {
  if (kind === "family") return (await import("./family.js")).family(answer, pictures, names);
  return (await import("./matrix.js")).matrix(answer, pictures);
}

/** @param {import("./visit.js").Comparison} found */
async function show(found) {
  const content = await drawn(found);
  const back = make(
    "button",
    { type: "button", class: "button secondary", onclick: choose },
    text("compare.again"),
  );
  results.replaceChildren(...content, back);
  start.hidden = true;
  results.hidden = false;
  window.scrollTo({ top: 0 });
  find("h1", HTMLElement, results).focus({ preventScroll: true });
}

/** Back to the photos that were chosen; the way back leads to the answer again. */
function choose() {
  history.pushState({}, "");
  again();
}

function again() {
  if (!start.hidden) return;
  results.hidden = true;
  results.replaceChildren();
  start.hidden = false;
  go.focus({ preventScroll: true });
}

/** @param {boolean} is */
function busy(is) {
  form.classList.toggle("is-busy", is);
  form.setAttribute("aria-busy", String(is));
  if (is) {
    working.start();
    cancel.focus({ preventScroll: true });
    go.hidden = true;
  } else {
    go.hidden = false;
    working.stop();
  }
}

/** @param {unknown} error */
function fail(error) {
  const problem = alertBox.show(error);
  if (problem?.code === "consent") consent.focus();
  if (mode() !== "family" || !problem) return;
  const place = problem.subject === "child" ? 0 : 1 + (problem.number ?? 0);
  if (problem.subject === "child" || problem.subject === "parent") relatives[place].blame(true);
}
