// @ts-check
/** A ranked person: side by side with the user's face, or as a card of the list. */

import { icon, make } from "./dom.js";
import { personLinks } from "./links.js";
import { portrait } from "./portrait.js";
import { fineprint, likeness } from "./score.js";
import { stage } from "./stage.js";
import { named, page, text } from "./texts.js";

/** @typedef {import("./api.js").RankedPerson} RankedPerson */

/**
 * A person and the user's face at full size.
 * @param {RankedPerson} person
 * @param {import("./stage.js").Half} own the user's face
 * @param {string} eyebrow
 * @param {() => Promise<import("./api.js").Explanation>} explain
 * @param {...(HTMLElement | null)} actions
 */
export function sideBySide(person, own, eyebrow, explain, ...actions) {
  const { tile, credit, aligned } = portrait(person, true);
  const other = { tile, aligned, name: named(person.name).text };
  return make(
    "article",
    { class: "match" },
    make("div", { class: "match-pictures" }, stage(own, other, person.score, explain), credit),
    make(
      "div",
      { class: "match-facts" },
      make("p", { class: "eyebrow" }, eyebrow),
      heading("h2", person),
      about(person),
      ...likeness(person.score),
      fineprint(person.score),
      personLinks(person),
      ...actions,
    ),
  );
}

/**
 * A person of the list.
 * @param {RankedPerson} person
 * @param {() => void} open shows the two side by side
 */
export function card(person, open) {
  const { tile, credit } = portrait(person);
  const name = named(person.name).text;
  return make(
    "li",
    { class: "card person" },
    tile,
    make(
      "div",
      { class: "person-facts" },
      make("p", { class: "rank" }, text("rank", { rank: person.rank })),
      heading("h3", person),
      about(person),
    ),
    make("div", { class: "person-score" }, ...likeness(person.score)),
    make(
      "div",
      { class: "person-more" },
      make(
        "button",
        {
          type: "button",
          class: "more",
          "aria-label": text("side_by_side_with", { name }),
          "aria-haspopup": "dialog",
          onclick: open,
        },
        icon("pair"),
        text("side_by_side"),
      ),
      personLinks(person, 1),
    ),
    credit,
  );
}

/**
 * @param {"h2" | "h3"} level
 * @param {RankedPerson} person
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

/** What is known of the person: a description in the page's language, else groups and years. @param {RankedPerson} person */
function about(person) {
  const description = person.description[page.language];
  if (description) return make("p", { class: "about" }, description);
  const groups = person.group_names.map((group) => named(group).text);
  const facts = [...groups, years(person)].filter(Boolean);
  return facts.length ? make("p", { class: "about" }, facts.join(" · ")) : null;
}

/** @param {RankedPerson} person */
function years({ born, died }) {
  const [from, to] = [born, died].map((date) => date?.slice(0, 4));
  if (!from) return "";
  return to ? text("lived", { born: from, died: to }) : text("born", { year: from });
}
