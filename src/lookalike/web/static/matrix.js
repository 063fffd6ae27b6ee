// @ts-check
/** Every face of several photos with every other, as a table to explore. */

import { explainLikeness } from "./api.js";
import { Dialog } from "./dialog.js";
import { icon, make } from "./dom.js";
import { alignedTile } from "./faces.js";
import { unsure } from "./hints.js";
import { told } from "./people.js";
import { headline, points, words } from "./score.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Face} Face */
/** @typedef {import("./api.js").Photo} Photo */
/** @typedef {import("./api.js").OwnScore} Score */
/** @typedef {import("./picture.js").Picture} Picture */
/**
 * @typedef {object} Matrix
 * @property {{ photo: Photo, faces: Face[] }[]} photos
 * @property {{ photo: number, face: number }[]} faces
 * @property {(Score | null)[][]} scores
 */
const dialog = new Dialog();

/**
 * One of the faces that are compared.
 * @typedef {object} Compared
 * @property {Face} face
 * @property {Picture} picture
 * @property {(side: number) => import("./faces.js").FaceTile} draw
 */

/**
 * @param {Matrix} answer
 * @param {Picture[]} pictures in the order of the answer's photos
 */
export function matrix(answer, pictures) {
  const all = answer.faces.map((which, place) => {
    const { photo: size, faces } = answer.photos[which.photo];
    const [picture, face] = [pictures[which.photo], faces[which.face]];
    const label = text("compare.face", { number: place + 1 });
    const draw = (/** @type {number} */ side) => alignedTile(picture, size, face, label, side);
    return { face, picture, draw };
  });
  const [one, other] = nearest(answer.scores);
  const heading = text("compare.best", { one: one + 1, other: other + 1 });
  const best = /** @type {Score} */ (answer.scores[one][other]);
  return [
    make("h1", { tabindex: -1 }, heading),
    make("div", { class: "card hero best-pair" }, pair(all, one, other, best)),
    make("h2", {}, text("compare.matrix")),
    make(
      "div",
      { class: "matrix-frame", tabindex: 0, role: "region", "aria-label": text("compare.matrix") },
      table(answer, all),
    ),
    make("p", { class: "fineprint" }, text("compare.honest")),
  ];
}

/**
 * @param {Compared[]} all
 * @param {number} one
 * @param {number} other
 * @param {Score} score
 */
function pair(all, one, other, score) {
  const half = (/** @type {number} */ place) => ({
    ...all[place].draw(640),
    name: String(place + 1),
  });
  const [first, second] = [half(one), half(other)];
  const { face, picture } = all[one];
  const names = text("compare.pair", { one: one + 1, other: other + 1 });
  // Only the largest face of the other photo is looked at there.
  const reference = all[other].face.index === 0 ? all[other].picture : null;
  return told({
    own: first,
    other: second,
    score,
    eyebrow: headline(score),
    heading: [make("h2", { class: "name" }, names)],
    explain: reference && (() => explainLikeness(picture, face.index, { reference })),
    notes: [unsure(score, face, all[other].face)],
    actions: [shareButton([first, second], names, score)],
  });
}

/**
 * @param {import("./stage.js").Half[]} faces
 * @param {string} names
 * @param {Score} score
 */
function shareButton(faces, names, score) {
  const open = async () => {
    const { cardForm } = await import("./homecard.js");
    dialog.show(cardForm({ title: `${names}: ${headline(score)}`, faces, lines: [words(score)] }));
  };
  return make(
    "button",
    { type: "button", class: "button primary share-open", onclick: open, "aria-haspopup": "dialog" },
    icon("share"),
    text("share.open"),
  );
}

/** The two that are most alike. @param {(Score | null)[][]} scores */
function nearest(scores) {
  const all = scores.flatMap((row, one) =>
    row.map((score, other) => ({
      one,
      other,
      value: score?.resemblance ?? -1,
      same: score?.similarity ?? -1,
    })),
  );
  all.sort((a, b) => b.value - a.value || b.same - a.same);
  return [Math.min(all[0].one, all[0].other), Math.max(all[0].one, all[0].other)];
}

/**
 * @param {Matrix} answer
 * @param {Compared[]} all
 */
function table({ scores }, all) {
  const head = (/** @type {number} */ place, /** @type {string} */ scope) =>
    make(
      "th",
      { scope },
      all[place].draw(128).tile,
      make("span", { "aria-hidden": "true" }, String(place + 1)),
    );
  const rows = scores.map((row, one) =>
    make(
      "tr",
      {},
      head(one, "row"),
      ...row.map((score, other) => make("td", {}, score && cell(score, one, other, all))),
    ),
  );
  const columns = scores.map((_, place) => head(place, "col"));
  return make(
    "table",
    { class: "matrix" },
    make("thead", {}, make("tr", {}, make("td"), ...columns)),
    make("tbody", {}, ...rows),
  );
}

/**
 * @param {Score} score
 * @param {number} one
 * @param {number} other
 * @param {Compared[]} all
 */
function cell(score, one, other, all) {
  const names = { one: one + 1, other: other + 1 };
  const value = points(score.resemblance);
  const label = text("compare.cell", {
    ...names,
    verdict: text(`verdict.${score.verdict}`),
    points: text("score.points", { points: value }),
  });
  const open = () => dialog.show(pair(all, one, other, score));
  return make(
    "button",
    {
      type: "button",
      class: `cell chip-${score.verdict}`,
      "aria-label": label,
      "aria-haspopup": "dialog",
      onclick: open,
    },
    String(value),
  );
}
