// @ts-check
/** Whom of two parents a child resembles more. */

import { icon, make } from "./dom.js";
import { unsure } from "./hints.js";
import { likeness } from "./score.js";
import { lookUp, text } from "./texts.js";

/** @typedef {import("./api.js").OwnScore} Score */
/** @typedef {import("./picture.js").Picture} Picture */

/**
 * @param {{ scores: [Score, Score], closer: 0 | 1 | null }} answer
 * @param {Picture} child
 * @param {Picture[]} parents
 * @param {string[]} names
 */
export function family({ scores, closer }, child, parents, names) {
  const title =
    closer === null ? text("compare.equal") : text("compare.closer", { name: names[closer] });
  const cards = parents.map((picture, place) =>
    make(
      "li",
      { class: `card parent${closer === place ? " is-closer" : ""}` },
      photograph(picture, names[place]),
      make("h2", {}, names[place]),
      ...likeness(scores[place]),
      unsure(scores[place]),
    ),
  );
  return [
    make("h1", { tabindex: -1 }, title),
    make("div", { class: "child" }, photograph(child, lookUp("subject.child"))),
    make("ul", { class: "parents" }, ...cards),
    make("p", { class: "fineprint" }, text("compare.honest")),
  ];
}

/**
 * @param {Picture} picture
 * @param {string} alt
 */
function photograph(picture, alt) {
  const plain = { class: "tile-plain tile-image", role: "img", "aria-label": alt };
  return make(
    "div",
    { class: "tile" },
    picture.url
      ? make("img", { src: picture.url, alt, class: "tile-image" })
      : make("span", plain, icon("person")),
  );
}
