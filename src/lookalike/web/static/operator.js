// @ts-check
/** How the server is doing, read again every few seconds while somebody looks at it. */

import { Admin, Work } from "./admin.js";
import { find, make } from "./dom.js";
import { lookUp, number, page, text } from "./texts.js";

/** @typedef {{ name: string, count: number, mean_ms: number }} Step */
/** @typedef {{ at: string, method: string, route: string, status: number, kind: string, who: string | null }} Refused */
/**
 * @typedef {object} State
 * @property {string} status
 * @property {string} started
 * @property {number} workers
 * @property {[number, number, number]} load
 * @property {number} cores
 * @property {{ waiting: number, under_way: number, most: number }} queue
 * @property {{ requests: Record<string, number>, photos: number, faces: number, answers: Record<string, number>, refusals: Record<string, number>, steps: Step[] }} totals
 * @property {{ folder: string, size: number, free: number }[]} disks
 * @property {{ id: string, people: number, faces: number }[]} collections
 * @property {Record<string, number>} jobs
 * @property {{ id: string, description: string, enabled: boolean }[]} keys
 * @property {number} portraits
 * @property {number} results
 * @property {{ day: string, visits: number, uploads: number, matches: number, shares: number }[]} days
 * @property {Refused[]} refusals
 */
/** @typedef {[string, string | number]} Pair */

const EVERY_MS = 10_000;
const GB = 1e9;

const token = find("#token", HTMLInputElement);
const cards = find("#state", HTMLElement);
const admin = new Admin(token);
const work = new Work(cards);
const say = (/** @type {string} */ key, values = {}) => text(`operator.${key}`, values);
const time = (/** @type {string} */ at) => new Date(at).toLocaleString(page.language);

async function load() {
  /** @type {State} */
  const state = await admin.ask("GET", "state");
  cards.replaceChildren(...shown(state));
  return "";
}

/** @param {State} state */
function shown(state) {
  const { totals } = state;
  return [
    health(state),
    card("counts", pairs(counted(totals))),
    card("answers", pairs(named(totals.answers, verdict))),
    card("disks", pairs(kept(state))),
    card("steps", table(["step", "times", "mean"], totals.steps.map(step))),
    card("galleries", table(["gallery", "people", "faces"], state.collections.map(gallery))),
    card("jobs", pairs(named(state.jobs))),
    card("kinds", pairs(named(totals.refusals))),
    wide("keys", table(["key", "use", "state"], state.keys.map(key))),
    wide("days", table(["day", "visits", "uploads", "matches", "shares"], state.days.map(day))),
    wide("refusals", table(["at", "asked", "kind", "who"], state.refusals.map(refused))),
  ];
}

/** @param {State} state */
function health({ status, started, workers, load, cores, queue }) {
  const ready = status === "ready";
  return card(
    "health",
    make("p", {}, make("strong", {}, ready ? say("ready") : say("not_ready", { why: status }))),
    pairs([
      [say("started"), time(started)],
      [say("workers"), workers],
      [say("cores"), cores],
      [say("load"), load.map((each) => each.toFixed(1)).join(" · ")],
      [say("waiting"), `${number(queue.waiting)} / ${number(queue.most * workers)}`],
      [say("under_way"), queue.under_way],
    ]),
  );
}

/** @param {State["totals"]} totals @returns {Pair[]} */
const counted = ({ requests, photos, faces }) => [
  [say("photos"), photos],
  [say("faces"), faces],
  ...named(requests, (kind) => say("requests", { kind })),
];

/** @param {State} state @returns {Pair[]} */
const kept = ({ disks, portraits, results }) => [
  ...disks.map(({ folder, free, size }) => /** @type {Pair} */ ([say(folder), room(free, size)])),
  [say("portraits"), portraits],
  [say("results"), results],
];

/** @param {number} free @param {number} size */
const room = (free, size) =>
  say("free", { free: number(Math.round(free / GB)), size: number(Math.round(size / GB)) });

/** @param {Step} one @returns {(string | number)[]} */
const step = ({ name, count, mean_ms }) => [name, count, mean_ms.toFixed(1)];
/** @param {State["collections"][number]} one */
const gallery = ({ id, people, faces }) => [id, people, faces];
/** @param {State["keys"][number]} one */
const key = ({ id, description, enabled }) => [id, description, say(enabled ? "on" : "off")];
/** @param {State["days"][number]} one */
const day = ({ day, visits, uploads, matches, shares }) => [day, visits, uploads, matches, shares];
/** @param {Refused} one */
const refused = ({ at, method, route, status, kind, who }) => [
  time(at),
  `${method} ${route}`,
  `${status} ${kind}`,
  who ?? "",
];

/** @param {string} name */
const verdict = (name) => lookUp(`operator.verdict.${name}`) ?? say(name);

/**
 * @param {Record<string, number>} counts
 * @param {(name: string) => string} [label]
 */
const named = (counts, label = (name) => name) =>
  Object.entries(counts).map(([name, count]) => /** @type {Pair} */ ([label(name), count]));

/** @param {string} title @param {...HTMLElement} inside */
const card = (title, ...inside) =>
  make("section", { class: "card" }, make("h2", {}, say(title)), ...inside);

/** @param {string} title @param {HTMLElement} inside */
function wide(title, inside) {
  const made = card(title, inside);
  made.classList.add("wide");
  return made;
}

/** @param {Pair[]} all */
function pairs(all) {
  if (!all.length) return nothing();
  return make(
    "dl",
    {},
    ...all.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, words(value))]),
  );
}

/** @param {string[]} head @param {(string | number)[][]} rows */
function table(head, rows) {
  if (!rows.length) return nothing();
  const line = (/** @type {(string | number)[]} */ cells) =>
    make("tr", {}, ...cells.map((each) => make("td", {}, words(each))));
  return make(
    "div",
    // It may be wider than its place, and is scrolled with the keyboard then.
    { class: "rows", tabindex: "0", role: "group", "aria-label": say(head[0]) },
    make(
      "table",
      {},
      make("thead", {}, make("tr", {}, ...head.map((each) => make("th", { scope: "col" }, say(each))))),
      make("tbody", {}, ...rows.map(line)),
    ),
  );
}

const nothing = () => make("p", { class: "fineprint" }, say("none"));

/** @param {string | number} value */
const words = (value) => (typeof value === "number" ? number(value) : value);

token.addEventListener("change", () => work.do(load));
work.do(load);
setInterval(() => {
  // What cannot be read just now may be there the next time; whoever types is left alone.
  if (!document.hidden && document.activeElement !== token) load().catch(() => undefined);
}, EVERY_MS);
