// @ts-check
/** Bringing in a folder of photos or a table: files leave one by one, then the server looks at them. */

import { Admin, tellChange, Work } from "./admin.js";
import { find, make } from "./dom.js";
import { Problem } from "./problem.js";
import { lookUp, number, page, text } from "./texts.js";

/** @typedef {{ name: string, file: File }} Chosen by its path in the folder */
/** @typedef {{ person: string, where: string, why: string }} LeftOut */
/**
 * @typedef {object} Report
 * @property {number} people_added
 * @property {number} people_changed
 * @property {number} portraits_added
 * @property {number} already
 * @property {LeftOut[]} left_out
 * @property {number} left_out_total
 * @property {{ person: string, files: string[] }[]} joined
 * @property {{ person: string, id: string, there: string }[]} doubled
 * @property {{ person: string, where: string, flaws: string[] }[]} warnings
 */
/** @typedef {{ id: string, status: string, photos: number | null, total: number | null, message: string | null, report: Report | null }} State */

const USABLE = /\.(jpe?g|jfif|png|webp|hei[cf]|avif|csv|tsv|jsonl|txt)$/i;
const EVERY_MS = 1000;
// A page that is left and opened again goes on with it.
const KEY = `import${page.root}`;

const { collection = "" } = find("#admin", HTMLElement).dataset;
const form = find("#importing", HTMLFormElement);
const place = find("#import", HTMLElement);
const step = find("#import-step", HTMLElement);
const bar = find("#import-bar", HTMLProgressElement);
const end = find("#import-end", HTMLButtonElement);
const shown = find("#import-report", HTMLElement);
const admin = new Admin(find("#token", HTMLInputElement));
const work = new Work(form);
/** @type {string | null} the import under way */
let current = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  work.do(bring);
});
end.addEventListener("click", async () => {
  const id = current;
  current = null;
  if (id) await admin.ask("DELETE", `imports/${id}`).catch(() => null);
});
const kept = sessionStorage.getItem(KEY);
if (kept) work.do(() => watched(kept));

/** Send what was chosen, and have it looked at. */
async function bring() {
  const chosen = [...filesOf("folder"), ...filesOf("files")];
  const files = chosen.filter(({ name }) => USABLE.test(name));
  if (!files.length) throw new Problem("refused", undefined, text("admin.no_files"));
  shown.replaceChildren();
  const { id } = await admin.ask("POST", "imports");
  const large = await sent(id, files);
  const given = new FormData(form);
  const credit = ["author", "licence", "source"].map((key) => [key, String(given.get(key)).trim()]);
  const ticked = { thumbnails: given.has("thumbnails"), show: given.has("show") };
  const order = { collection, ...ticked, ...Object.fromEntries(credit) };
  await admin.ask("POST", `imports/${id}/start`, order);
  form.reset();
  return watched(id, large);
}

/**
 * Paths begin with the name of the folder that was chosen, which says nothing.
 * @param {string} name of an input
 * @returns {Chosen[]}
 */
function filesOf(name) {
  const input = find(`[name=${name}]`, HTMLInputElement, form);
  return [...(input.files ?? [])].map((file) => ({
    name: file.webkitRelativePath.split("/").slice(1).join("/") || file.name,
    file,
  }));
}

/**
 * @param {string} id
 * @param {Chosen[]} files
 * @returns {Promise<LeftOut[]>} what the server would not take
 */
async function sent(id, files) {
  const large = [];
  begin(id);
  try {
    for (const [count, { name, file }] of files.entries()) {
      if (current !== id) throw new Problem("cancelled");
      tell("sending", count, files.length);
      if (file.size > page.limits.bytes) large.push({ person: "", where: name, why: "too large" });
      else await admin.put(`imports/${id}/files?name=${encodeURIComponent(name)}`, file);
    }
  } catch (error) {
    finish();
    throw error;
  }
  return large;
}

/**
 * Until it is done.
 * @param {string} id
 * @param {LeftOut[]} large
 */
async function watched(id, large = []) {
  sessionStorage.setItem(KEY, id);
  begin(id);
  try {
    for (;;) {
      /** @type {State} */
      const state = await admin.ask("GET", `imports/${id}`);
      if (state.report || state.status === "failed") sessionStorage.removeItem(KEY);
      if (state.report) return done(state.report, large);
      if (state.status === "failed" && current !== id) return text("admin.ended");
      if (state.status === "failed") throw new Problem("refused", undefined, state.message ?? "");
      tell(state.status, state.photos, state.total);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  } catch (error) {
    // One that is no longer known is not asked for again; a server that is away comes back.
    if (error instanceof Problem && error.code === "not-offered") sessionStorage.removeItem(KEY);
    throw error;
  } finally {
    finish();
    tellChange();
  }
}

/** @param {string} id */
function begin(id) {
  current = id;
  place.hidden = false;
}

function finish() {
  current = null;
  place.hidden = true;
}

/**
 * @param {string} status
 * @param {number | null} [count]
 * @param {number | null} [total]
 */
function tell(status, count, total) {
  const values = { count: number(count ?? 0), total: number(total ?? 0) };
  step.textContent = text(`admin.steps.${status}`, values);
  if (total) bar.value = (count ?? 0) / total;
  else bar.removeAttribute("value");
}

/**
 * @param {Report} report
 * @param {LeftOut[]} large
 */
function done(report, large) {
  const values = {
    people: number(report.people_added),
    changed: number(report.people_changed),
    portraits: number(report.portraits_added),
    already: number(report.already),
  };
  const doubled = report.doubled.map((each) => text("admin.doubled", each));
  const joined = report.joined.map(({ person, files }) => `${person}: ${files.join(", ")}`);
  const poor = report.warnings.map(({ person, where, flaws }) => {
    const words = flaws.map((flaw) => text(`manage.flaws.${flaw}`)).join(", ");
    return `${person} (${where}): ${words}`;
  });
  const left = [...large, ...report.left_out];
  const count = report.left_out_total + large.length;
  shown.replaceChildren(
    make("p", { class: "added", role: "status" }, text("admin.imported", values)),
    ...listed("left_out", left.map(leftOut), count),
    ...listed("doubled_title", doubled),
    ...listed("joined", joined),
    ...listed("poor", poor),
  );
  return "";
}

/** @param {LeftOut} one */
const leftOut = ({ where, why }) => `${where}: ${lookUp("admin.why")[why] ?? why}`;

/**
 * @param {string} title
 * @param {string[]} lines
 */
function listed(title, lines, count = lines.length) {
  if (!lines.length) return [];
  const summary = make("summary", {}, text(`admin.${title}`, { count: number(count) }));
  return [make("details", {}, summary, make("ul", {}, ...lines.map((each) => make("li", {}, each))))];
}
