// @ts-check
/** One person of a gallery of one's own: their portraits and facts, merging, removing, a takedown. */

import { Admin, creditOf, withWarnings, Work } from "./admin.js";
import { find, make } from "./dom.js";
import { Problem } from "./problem.js";
import { named, page, text } from "./texts.js";

/** @typedef {import("./api.js").Person} Person */

const main = find("#manage", HTMLElement);
const { person = "", collection = "", own } = main.dataset;
const token = find("#token", HTMLInputElement);
const admin = new Admin(token);
const work = new Work(main);

// Fields that hold several values, with semicolons between them.
const LISTS = ["fields", "groups", "links", "external_ids"];
const where = `collection=${encodeURIComponent(collection)}`;

/** @param {string} [path] */
const at = (path = "") => `people/${encodeURIComponent(person)}${path}?${where}`;

/**
 * @param {string} selector of a form
 * @param {(form: HTMLFormElement) => Promise<string | null>} step
 */
function onSubmit(selector, step) {
  const form = find(selector, HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work.do(() => step(form));
  });
}

/** Portraits and facts as they are now. */
async function load() {
  const [portraits, facts] = await Promise.all([
    admin.ask("GET", at("/portraits")),
    admin.ask("GET", at("/facts")),
  ]);
  find("#portraits", HTMLElement).replaceChildren(...portraits.portraits.map(portrait));
  for (const [name, value] of Object.entries(facts)) {
    const field = document.querySelector(`#facts [name=${name}]`);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = Array.isArray(value) ? value.join("; ") : (value ?? "");
  }
  return "";
}

/**
 * @typedef {object} Stored a portrait
 * @property {string} id
 * @property {string | null} created
 * @property {import("./api.js").Credit | null} credit
 * @property {boolean} shown
 * @property {boolean} showable
 */

/** @param {Stored} one */
function portrait({ id, created, credit, shown, showable }) {
  const date = created ? new Date(created).toLocaleString(page.language) : "";
  const facts = [date, credit?.author, credit?.licence].filter(Boolean).join(" · ");
  const remove = () =>
    work.do(async () => {
      await admin.ask("DELETE", at(`/portraits/${encodeURIComponent(id)}`));
      await load();
      return text("manage.portrait_removed");
    });
  return make(
    "li",
    {},
    make("span", {}, facts, " ", make("code", {}, id.slice(0, 8))),
    shown || showable ? tick(id, shown, facts) : null,
    make(
      "button",
      {
        type: "button",
        class: "button quiet",
        "aria-label": `${text("manage.remove")}: ${facts}`,
        onclick: remove,
      },
      text("manage.remove"),
    ),
  );
}

/**
 * Whether the page shows a portrait, to be changed.
 * @param {string} id
 * @param {boolean} shown
 * @param {string} facts of the portrait
 */
function tick(id, shown, facts) {
  const box = make("input", { type: "checkbox", "aria-label": `${text("manage.shown")}: ${facts}` });
  box.checked = shown;
  box.addEventListener("change", () =>
    work.do(async () => {
      const path = at(`/portraits/${encodeURIComponent(id)}`);
      await admin.ask("PATCH", path, { shown: box.checked });
      await load();
      return text("manage.saved");
    }),
  );
  return make("label", { class: "tick" }, box, make("span", {}, text("manage.shown")));
}

/** @param {HTMLFormElement} form */
async function addPortraits(form) {
  const given = new FormData(form);
  const photos = given.getAll("photos");
  const { warnings } = await admin.add(at("/portraits"), photos, creditOf(given));
  form.reset();
  await load();
  return withWarnings(text("manage.portraits_added"), warnings);
}

/** @param {HTMLFormElement} form */
async function saveFacts(form) {
  /** @type {Record<string, string | string[]>} */
  const facts = {};
  for (const [name, value] of new FormData(form)) {
    const words = String(value).trim();
    facts[name] = LISTS.includes(name) ? words.split(";").map((each) => each.trim()) : words;
  }
  const changed = await admin.ask("PATCH", at(), facts);
  await load();
  find("h1", HTMLElement).textContent = named(changed.name).text;
  return text("manage.saved");
}

/** @param {HTMLFormElement} form */
async function merge(form) {
  const other = await otherOf(String(new FormData(form).get("other")).trim());
  if (!confirm(text("manage.merge_sure", { other: other.label }))) return null;
  const body = { other: other.id };
  /** @type {{ added: number }} */
  let merged;
  try {
    merged = await admin.ask("POST", at("/merge"), body);
  } catch (error) {
    const isUnlike = error instanceof Problem && error.code === "unlike";
    if (!isUnlike || !confirm(text("manage.merge_unlike", { other: other.label }))) throw error;
    merged = await admin.ask("POST", at("/merge"), { ...body, anyway: true });
  }
  form.reset();
  await load();
  return text("manage.merged", { other: other.label, count: merged.added });
}

/**
 * Who is meant by an id, or by a name.
 * @param {string} words
 */
async function otherOf(words) {
  const { people } = await admin.ask("GET", `people?${where}&query=${encodeURIComponent(words)}`);
  const others = people.filter((/** @type {Person} */ { id }) => id !== person);
  /** @type {{ id: string, label: string }[]} */
  const found = others.map((/** @type {Person} */ { id, name }) => ({
    id,
    label: `${named(name).text} (${id})`,
  }));
  if (found.length > 1) {
    const labels = found.map(({ label }) => label).join(", ");
    throw new Problem("refused", undefined, text("manage.several", { people: labels }));
  }
  return found[0] ?? { id: words, label: words };
}

async function remove() {
  if (!confirm(text("manage.remove_sure"))) return null;
  await admin.ask("DELETE", at());
  location.assign(`${page.root}/admin?${where}`);
  return "";
}

/** @param {HTMLFormElement} form */
async function takeDown(form) {
  if (!confirm(text("manage.takedown_sure"))) return null;
  const reason = String(new FormData(form).get("reason"));
  const path = `people/${encodeURIComponent(person)}/takedown`;
  const receipt = await admin.ask("POST", path, { reason });
  for (const each of main.querySelectorAll("section")) each.remove();
  return text("manage.taken_down", { receipt: receipt.id, count: receipt.portraits });
}

if (own) {
  onSubmit("#more", addPortraits);
  onSubmit("#facts", saveFacts);
  onSubmit("#merge", merge);
  onSubmit("#remove", remove);
  token.addEventListener("change", () => work.do(load));
  work.do(load);
}
onSubmit("#takedown", takeDown);
