// @ts-check
/** Where two faces are alike: a map of colour over the user's face, what its colours say, and words. */

import { advice, problemFrom } from "./alert.js";
import { CROP, MARGIN } from "./aligned.js";
import { announce, make } from "./dom.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Explanation} Explanation */
/** @typedef {import("./api.js").Score} Score */

// What people speak of, and the regions that are part of it.
/** @type {Record<string, string[]>} */
const PARTS = {
  eyes: ["eyes", "brows"],
  nose: ["nose"],
  mouth: ["mouth"],
  shape: ["forehead", "cheeks", "jaw"],
};
// A part whose share is this near to the largest one is named beside it.
const ALSO = 0.7;
// From which share of the largest one on a part is said to have done as much.
/** @type {[number, string][]} */
const DEGREES = [
  [0.85, "most"],
  [0.5, "much"],
  [0.2, "little"],
  [0, "hardly"],
];
const SIDE = 320;

/** @typedef {{ name: string, weight: number }} Weighed */

/**
 * Ask, and show the answer over the face and below it.
 * @param {HTMLElement} below
 * @param {import("./stage.js").Half} own the user's aligned face
 * @param {Score} score
 * @param {() => Promise<Explanation>} explain
 */
export async function heat(below, own, score, explain) {
  below.replaceChildren(make("p", { class: "why-words" }, text("why.working")));
  const scan = await scanned(own);
  own.tile.append(scan);
  try {
    const explanation = await explain();
    const parts = weighed(explanation.regions);
    const words = inWords(parts, score);
    own.tile.querySelector(".heat")?.remove();
    own.tile.append(drawn(explanation.grid));
    below.replaceChildren(make("p", { class: "why-words" }, words), legend(), list(parts));
    announce(words);
  } catch (error) {
    below.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
  } finally {
    scan.remove();
  }
}

/**
 * What is looked at meanwhile: the points of the mesh, lit by a ray that passes over them.
 * @param {import("./stage.js").Half} own
 */
async function scanned({ blendable }) {
  const canvas = make("canvas", { class: "scan tile-image", width: SIDE, height: SIDE });
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  const square = await (await blendable)?.open();
  if (!context || !square) return canvas;
  context.fillStyle = "white";
  for (const [x, y] of square.points) {
    context.beginPath();
    context.arc(x * SIDE, y * SIDE, 1.1, 0, 2 * Math.PI);
    context.fill();
  }
  return canvas;
}

/**
 * Parts of the face, the weightiest first: the regions of each count by their mean, for they are of
 * like size, and a part of three is not to win by that.
 * @param {Weighed[]} regions
 * @returns {Weighed[]} together 1
 */
function weighed(regions) {
  const means = Object.entries(PARTS).map(([name, own]) => {
    const weights = regions.filter((each) => own.includes(each.name)).map(({ weight }) => weight);
    return { name, weight: sum(weights) / (weights.length || 1) };
  });
  const all = sum(means.map(({ weight }) => weight)) || 1;
  return means
    .map(({ name, weight }) => ({ name, weight: weight / all }))
    .sort((one, other) => other.weight - one.weight);
}

/** @param {number[]} values */
const sum = (values) => values.reduce((all, each) => all + each, 0);

/**
 * @param {Weighed[]} parts the weightiest first
 * @param {Score} score
 */
function inWords(parts, score) {
  const [first, second] = parts;
  const name = (/** @type {Weighed} */ part) => text(`why.parts.${part.name}`);
  const both = second.weight >= ALSO * first.weight;
  const named = both ? text("why.and", { one: name(first), other: name(second) }) : name(first);
  const weak = !score.aws && score.verdict === "no-strong-resemblance";
  return text(weak ? "why.weak" : "why.words", { parts: named });
}

/** What the colours say. */
function legend() {
  return make(
    "div",
    { class: "why-legend" },
    make("span", {}, text("why.least")),
    make("span", { class: "why-scale", "aria-hidden": "true" }),
    make("span", {}, text("why.most")),
    make("p", { class: "fineprint" }, text("why.legend")),
  );
}

/** @param {Weighed[]} parts the weightiest first */
function list(parts) {
  const most = parts[0].weight || 1;
  const bars = parts.map(({ name, weight }) => {
    const fill = make("span", { class: "bar-fill" });
    fill.style.setProperty("--share", String(weight / most));
    const degree = DEGREES.find(([from]) => weight / most >= from)?.[1];
    return make(
      "li",
      {},
      make("b", {}, text(`why.parts.${name}`)),
      make("span", { class: "bar", "aria-hidden": "true" }, fill),
      make("span", {}, text(`why.degrees.${degree}`)),
    );
  });
  return make("ol", { class: "why-parts" }, ...bars);
}

/**
 * The grid over the aligned crop, blurred into a cloud of colour.
 * @param {Explanation["grid"]} grid
 */
function drawn({ rows, columns, values }) {
  const small = make("canvas", { width: columns, height: rows });
  const pixels = new ImageData(columns, rows);
  values.flat().forEach((value, place) => pixels.data.set(colour(value), place * 4));
  small.getContext("2d")?.putImageData(pixels, 0, 0);
  const canvas = make("canvas", {
    class: "heat tile-image",
    role: "img",
    "aria-label": text("why.picture"),
    width: SIDE,
    height: SIDE,
  });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const side = SIDE / (1 + 2 * MARGIN);
  context.imageSmoothingQuality = "high";
  context.filter = `blur(${Math.round((side / CROP) * 3)}px)`;
  context.drawImage(small, side * MARGIN, side * MARGIN, side, side);
  return canvas;
}

/** From nothing over violet and coral to yellow. @param {number} value 0 to 1 */
function colour(value) {
  const stops = [
    [96, 42, 150, 0],
    [150, 50, 150, 90],
    [240, 90, 80, 185],
    [255, 214, 92, 225],
  ];
  const place = Math.min(Math.max(value, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  return stops[below].map((from, n) => from + (stops[below + 1][n] - from) * (place - below));
}
