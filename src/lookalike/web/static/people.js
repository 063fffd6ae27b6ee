// @ts-check
/** A ranked person: told in full beside the user's face, as one of the next, or as a line. */

import { icon, make } from "./dom.js";
import { personLinks } from "./links.js";
import { portrait } from "./portrait.js";
import { fineprint, likeness, shownPoints, standingNote, words } from "./score.js";
import { stage } from "./stage.js";
import { named, page, text } from "./texts.js";

/** @typedef {import("./api.js").ComparedPerson} ComparedPerson */
/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./api.js").Score} Score */
/** @typedef {import("./stage.js").Half} Half */
/**
 * How two faces are told.
 * @typedef {object} Telling
 * @property {Half} own the user's face
 * @property {Half} other
 * @property {HTMLElement | null} [credit] of the other's picture
 * @property {Score} score
 * @property {string} eyebrow
 * @property {(HTMLElement | null)[]} heading who the other is
 * @property {string} [headline] how alike they are; else the rarity of their score
 * @property {(() => Promise<import("./api.js").Explanation>) | null} explain
 * @property {(HTMLElement | null)[]} [notes]
 * @property {(HTMLElement | null)[]} [actions]
 */

/** Two faces at full size, and all that is said of them. @param {Telling} telling */
export function told({ own, other, credit, score, eyebrow, heading, headline, ...more }) {
  const alike = headline
    ? [
        make("p", { class: "standing" }, headline),
        make("p", { class: "fineprint" }, standingNote(score)),
      ]
    : likeness(score);
  const pictures = stage(own, other, score, more.explain, !headline);
  return make(
    "article",
    { class: "match" },
    make("div", { class: "match-pictures" }, pictures, credit),
    make(
      "div",
      { class: "match-facts" },
      make("p", { class: "eyebrow" }, eyebrow),
      ...heading,
      ...alike,
      fineprint(score),
      ...(more.notes ?? []),
      make("div", { class: "match-actions" }, ...(more.actions ?? [])),
    ),
  );
}

/**
 * A person beside the user's face.
 * @param {ComparedPerson} person
 * @param {Pick<Telling, "own" | "eyebrow" | "headline" | "explain" | "actions">} telling
 */
export function toldOf(person, telling) {
  const { credit, ...half } = portrait(person, true);
  return told({
    ...telling,
    other: { ...half, name: named(person.name).text },
    credit,
    score: person.score,
    heading: [heading("h2", person), about(person)],
    notes: [personLinks(person)],
  });
}

/**
 * One of the next: both faces, and in a sentence how alike they are.
 * @param {RankedPerson} person
 * @param {HTMLElement} own the user's face
 * @param {() => void} open tells of them in full
 */
export function runnerUp(person, own, open) {
  const { tile, credit } = portrait(person, true);
  return make(
    "li",
    { class: "card runner" },
    make("div", { class: "runner-faces" }, own, tile),
    credit,
    make("p", { class: "rank" }, text("rank", { rank: person.rank })),
    heading("h3", person),
    about(person),
    make("p", { class: "runner-words" }, words(person.score)),
    opener(person, open, "more", icon("pair"), text("side_by_side")),
  );
}

/**
 * A person further down: a line.
 * @param {RankedPerson} person
 * @param {() => void} open
 */
export function row(person, open) {
  const { tile, credit } = portrait(person, true);
  return make(
    "li",
    { class: "person" },
    make("span", { class: "rank" }, String(person.rank)),
    tile,
    make("div", { class: "person-facts" }, heading("h3", person), about(person), credit),
    make(
      "span",
      { class: "person-points" },
      make("span", { class: "unseen" }, `${text("score.resemblance")} `),
      String(shownPoints(person.score)),
    ),
    opener(person, open, "button round", icon("next")),
  );
}

/**
 * @param {RankedPerson} person
 * @param {() => void} open
 * @param {string} style
 * @param {...(Node | string)} content
 */
function opener(person, open, style, ...content) {
  const label = text("side_by_side_with", { name: named(person.name).text });
  const shown = { type: "button", class: style, onclick: open, "aria-haspopup": "dialog" };
  return make("button", { ...shown, "aria-label": label }, ...content);
}

/**
 * @param {"h2" | "h3"} level
 * @param {ComparedPerson} person
 */
function heading(level, person) {
  const name = named(person.name);
  const other = name.other
    ? make("small", { class: "other-name", lang: name.otherLanguage }, name.other)
    : null;
  return make(
    level,
    { class: "name" },
    make("span", { lang: name.language }, name.text),
    " ",
    other,
  );
}

/**
 * What is known of the person: a description in the page's language, else groups and years.
 * @param {ComparedPerson} person
 */
function about(person) {
  const description = person.description[page.language];
  if (description) return make("p", { class: "about" }, description);
  const groups = person.group_names.map((group) => named(group).text);
  const facts = [...groups, years(person)].filter(Boolean);
  return facts.length ? make("p", { class: "about" }, facts.join(" · ")) : null;
}

/** @param {ComparedPerson} person */
function years({ born, died }) {
  const [from, to] = [born, died].map((date) => date?.slice(0, 4));
  if (!from) return "";
  return to ? text("lived", { born: from, died: to }) : text("born", { year: from });
}
