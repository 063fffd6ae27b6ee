// @ts-check
/** How often the site was used, for who holds the admin token. */

import { Admin } from "./admin.js";
import { advice, problemFrom } from "./alert.js";
import { find, make } from "./dom.js";
import { named, number, page, text } from "./texts.js";

/** @typedef {import("./texts.js").Name} Name */
/** @typedef {{ id: string, title: Name | null, offered: number, opened: number }} OfferCount */
/** @typedef {{ day: string, nearest: { id: string, name: Name | null, count: number }[], offers: OfferCount[] } & Record<string, any>} Day */

const EVENTS = ["visits", "uploads", "matches", "shares", "offered", "opened"];
const NEAREST = 3;

const place = find("#counts", HTMLElement);
const token = find("#token", HTMLInputElement);
const admin = new Admin(token);

token.addEventListener("change", () => show().catch(fail));
if (token.value) show().catch(fail);

/** Said here: nobody asked for it who waits for an answer above. @param {unknown} error */
function fail(error) {
  place.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
}

async function show() {
  /** @type {{ counted: boolean, days: Day[] }} */
  const { counted, days } = await admin.ask("GET", "counts");
  const nothing = text(counted ? "admin.counts.none" : "admin.counts.off");
  place.replaceChildren(
    ...(days.length ? [byDay(days), ...byOffer(days)] : [make("p", {}, nothing)]),
  );
}

/** @param {Day[]} days */
function byDay(days) {
  const rows = days.map((each) => [
    new Date(`${each.day}T00:00`).toLocaleDateString(page.language),
    ...EVENTS.map((event) => number(each[event])),
    each.nearest
      .slice(0, NEAREST)
      .map(({ id, name, count }) => `${name ? named(name).text : id} ${number(count)}`)
      .join(", "),
  ]);
  return table("title", ["day", ...EVENTS, "nearest"], rows);
}

/** Of all these days together. @param {Day[]} days */
function byOffer(days) {
  /** @type {Map<string, OfferCount>} */
  const sums = new Map();
  for (const each of days.flatMap(({ offers }) => offers)) {
    const { offered, opened } = sums.get(each.id) ?? { offered: 0, opened: 0 };
    const sum = { offered: offered + each.offered, opened: opened + each.opened };
    sums.set(each.id, { ...each, ...sum });
  }
  if (!sums.size) return [];
  const rows = [...sums.values()].map(({ id, title, offered, opened }) => [
    title ? named(title).text : id,
    number(offered),
    number(opened),
  ]);
  return [table("offer", ["offer", "offered", "opened"], rows)];
}

/**
 * @param {string} title
 * @param {string[]} columns
 * @param {string[][]} rows
 */
function table(title, columns, rows) {
  const head = columns.map((each) => make("th", { scope: "col" }, text(`admin.counts.${each}`)));
  const body = rows.map(([first, ...others]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, first),
      ...others.map((each) => make("td", {}, each)),
    ),
  );
  return make(
    "div",
    { class: "scrolled", tabindex: 0, role: "region", "aria-label": text(`admin.counts.${title}`) },
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body)),
  );
}
