// @ts-check
/** Whom of two parents a child resembles more, and from whom it has eyes, nose and mouth. */

import { explainLikeness } from "./api.js";
import { CROP, MARGIN } from "./aligned.js";
import { Dialog } from "./dialog.js";
import { icon, make } from "./dom.js";
import { alignedTile } from "./faces.js";
import { unsure } from "./hints.js";
import { told } from "./people.js";
import { headline, likeness } from "./score.js";
import { lookUp, text } from "./texts.js";

/** @typedef {import("./api.js").Face} Face */
/** @typedef {import("./api.js").OwnScore} Score */
/** @typedef {import("./api.js").Photo} Photo */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./stage.js").Half} Half */
/** @typedef {"eyes" | "nose" | "mouth"} Feature */
/**
 * @typedef {object} Family
 * @property {{ photo: Photo, faces: Face[] }[]} photos the child's and those of both parents
 * @property {[Score, Score]} scores
 * @property {0 | 1 | null} closer
 * @property {{ feature: Feature, parent: 0 | 1 | null }[]} features
 */

// Left, top, right and bottom of each in the aligned crop (`_SEEN` in scores/features.py).
/** @type {Record<Feature, [number, number, number, number]>} */
const STRIPS = { eyes: [14, 34, 98, 62], nose: [34, 57, 78, 84], mouth: [28, 74, 84, 110] };

/**
 * @param {Family} answer
 * @param {Picture[]} pictures the child's and those of both parents
 * @param {string[]} names of the parents
 */
export function family(answer, pictures, names) {
  const { scores, closer, photos } = answer;
  const heading =
    closer === null ? text("compare.equal") : text("compare.closer", { name: names[closer] });
  /** A face can stand in one place at a time, so each is drawn anew. */
  const half = (/** @type {number} */ place) => {
    const name = place ? names[place - 1] : lookUp("compare.child");
    const { photo, faces } = photos[place];
    return { ...alignedTile(pictures[place], photo, faces[0], name), name };
  };
  const parents = scores.map((score, place) =>
    make(
      "li",
      { class: `card parent${closer === place ? " is-closer" : ""}` },
      make("h2", {}, names[place]),
      ...likeness(score),
      unsure(score, photos[0].faces[0], photos[place + 1].faces[0]),
      opener(() => pair(half, place + 1, score, pictures), names[place]),
    ),
  );
  return [
    make("h1", { tabindex: -1 }, heading),
    make("div", { class: "trio" }, ...[1, 0, 2].map((place) => member(half(place), place, closer))),
    ...inherited(answer, half, names),
    shareButton(answer, half, names, heading),
    make("ul", { class: "parents" }, ...parents),
    make("p", { class: "fineprint" }, text("compare.honest")),
  ];
}

/**
 * @param {Half} half
 * @param {number} place
 * @param {0 | 1 | null} closer
 */
function member({ tile, name }, place, closer) {
  const style = closer !== null && place === closer + 1 ? "member is-closer" : "member";
  return make("figure", { class: style }, tile, make("figcaption", {}, name));
}

/**
 * The child and one parent, told as two faces are everywhere.
 * @param {(place: number) => Half} half
 * @param {number} place
 * @param {Score} score
 * @param {Picture[]} pictures
 */
function pair(half, place, score, pictures) {
  const other = half(place);
  new Dialog().show(
    told({
      own: half(0),
      other,
      score,
      eyebrow: headline(score),
      heading: [make("h2", { class: "name" }, other.name)],
      explain: () => explainLikeness(pictures[0], 0, { reference: pictures[place] }),
    }),
  );
}

/**
 * @param {() => void} open
 * @param {string} name
 */
function opener(open, name) {
  const label = text("side_by_side_with", { name });
  const options = { type: "button", class: "button secondary", onclick: open };
  return make(
    "button",
    { ...options, "aria-label": label, "aria-haspopup": "dialog" },
    icon("pair"),
    text("side_by_side"),
  );
}

/**
 * Of each feature, the child's beside that of the parent it is from.
 * @param {Family} answer
 * @param {(place: number) => Half} half
 * @param {string[]} names
 */
function inherited({ features }, half, names) {
  const rows = features.map(({ feature, parent }) => {
    const from = parent === null ? [1, 2] : [parent + 1];
    const faces = [0, ...from].map((place) => strip(half(place), feature));
    const words = parent === null ? text("compare.between") : names[parent];
    return make(
      "li",
      { class: `inherited${parent === null ? " is-open" : ""}` },
      make("b", {}, text(`compare.feature.${feature}`)),
      make("span", { class: "inherited-from" }, words),
      make("span", { class: "inherited-strips", "aria-hidden": "true" }, ...faces),
    );
  });
  return [
    make("h2", {}, text("compare.features")),
    make("ul", { class: "card inheritance" }, ...rows),
    make("p", { class: "fineprint" }, text("compare.features_note")),
  ];
}

/**
 * One feature of an aligned face.
 * @param {Half} half
 * @param {Feature} feature
 */
function strip({ tile }, feature) {
  const [left, top, right, bottom] = STRIPS[feature];
  const [width, height] = [right - left, bottom - top];
  const canvas = make("canvas", { class: "strip", width: width * 3, height: height * 3 });
  const face = tile.querySelector("canvas");
  if (!face) return canvas;
  const unit = face.width / (CROP * (1 + 2 * MARGIN));
  const [x, y] = [left, top].map((at) => (at + MARGIN * CROP) * unit);
  const context = canvas.getContext("2d");
  context?.drawImage(face, x, y, width * unit, height * unit, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * @param {Family} answer
 * @param {(place: number) => Half} half
 * @param {string[]} names
 * @param {string} heading
 */
function shareButton({ features }, half, names, heading) {
  const lines = features.map(({ feature, parent }) => {
    const said = text(`compare.feature.${feature}`);
    return parent === null
      ? text("compare.card_between", { feature: said })
      : text("compare.card_feature", { feature: said, name: names[parent] });
  });
  const open = async () => {
    const { cardForm } = await import("./homecard.js");
    const faces = [half(1), half(2), half(0)];
    new Dialog().show(cardForm({ title: heading, faces, lines: [lines.join(" · ")] }));
  };
  return make(
    "button",
    { type: "button", class: "button primary share-open", onclick: open, "aria-haspopup": "dialog" },
    icon("share"),
    text("share.open"),
  );
}
