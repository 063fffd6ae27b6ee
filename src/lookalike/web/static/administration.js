// @ts-check
/** The site's own collection, for who holds the admin token: who is in it, and the page's other parts. */

import "./adding.js";
import "./counting.js";
import "./importing.js";
import { Admin, CHANGED, Work } from "./admin.js";
import { find, make } from "./dom.js";
import { Problem } from "./problem.js";
import { named, number, page, text } from "./texts.js";

/** @typedef {import("./api.js").Person} Person */

const PAGE = 30;

const main = find("#admin", HTMLElement);
const { collection = "" } = main.dataset;
const form = find("#looking", HTMLFormElement);
const found = find("#found", HTMLElement);
const list = find("#people", HTMLElement);
const further = find("#further", HTMLButtonElement);
const token = find("#token", HTMLInputElement);
const admin = new Admin(token);
const work = new Work(list);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  work.do(show);
});
further.addEventListener("click", () => work.do(more));
token.addEventListener("change", () => work.do(show));
// Quietly: what was done is still to be read.
document.addEventListener(CHANGED, () => show().catch(() => null));
work.do(show);

/** From the first on. */
async function show() {
  list.replaceChildren();
  return more();
}

/** The next ones below. */
async function more() {
  const query = String(new FormData(form).get("query"));
  const asked = { collection, query, offset: String(list.children.length), limit: String(PAGE) };
  const { total, people } = await listed(new URLSearchParams(asked));
  list.append(...people.map(row));
  found.textContent = text(total ? "admin.found" : "admin.nobody", { count: number(total) });
  further.hidden = list.children.length >= total;
  return "";
}

/**
 * @param {URLSearchParams} asked
 * @returns {Promise<{ total: number, people: Person[] }>}
 */
async function listed(asked) {
  try {
    return await admin.ask("GET", `people?${asked}`);
  } catch (error) {
    // It is made with the first person.
    const isNew = error instanceof Problem && error.code === "collection-not-found";
    if (isNew) return { total: 0, people: [] };
    throw error;
  }
}

/** @param {Person} person */
function row({ id, name, description, groups }) {
  const called = named(name);
  const path = `people/${encodeURIComponent(id)}/manage`;
  const href = `${page.root}/${path}?collection=${encodeURIComponent(collection)}`;
  const about = [called.other, named(description).text || groups.join(", ")];
  return make(
    "li",
    {},
    make(
      "span",
      {},
      make("strong", { lang: called.language }, called.text),
      ` ${about.filter(Boolean).join(" · ")}`,
    ),
    make(
      "a",
      { class: "button quiet", href, "aria-label": `${text("admin.manage")}: ${called.text}` },
      text("admin.manage"),
    ),
  );
}
