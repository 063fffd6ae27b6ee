// @ts-check
/** Where two faces are alike: a map of colour over the user's face, and words. */

import { advice, problemFrom } from "./alert.js";
import { CROP, MARGIN } from "./aligned.js";
import { announce, make } from "./dom.js";
import { lookUp, text } from "./texts.js";

/** @typedef {import("./api.js").Explanation} Explanation */
/** @typedef {import("./api.js").OwnScore} Score */

// A place whose share is this near to the largest one is named beside it.
const ALSO = 0.7;
// Each of seven regions would have a seventh if none stood out.
const SHOWN = 3;
const SIDE = 320;

/**
 * Ask, and show the answer over the face and below it.
 * @param {HTMLElement} below
 * @param {HTMLElement} tile the user's aligned face
 * @param {Score} score
 * @param {() => Promise<Explanation>} explain
 */
export async function heat(below, tile, score, explain) {
  below.replaceChildren(make("p", { class: "why-words" }, text("why.working")));
  try {
    const explanation = await explain();
    const words = inWords(explanation.regions, score);
    const picture = drawn(explanation.grid);
    tile.querySelector(".heat")?.remove();
    tile.append(picture);
    below.replaceChildren(make("p", { class: "why-words" }, words), list(explanation.regions));
    below.append(make("p", { class: "fineprint" }, text("why.legend")));
    announce(words);
  } catch (error) {
    below.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
  }
}

/**
 * @param {Explanation["regions"]} regions the weightiest first
 * @param {Score} score
 */
function inWords(regions, score) {
  const [first, second] = regions;
  const name = (/** @type {{ name: string }} */ region) => text(`why.regions.${region.name}`);
  const both = second && second.weight >= ALSO * first.weight;
  const named = both ? text("why.and", { one: name(first), other: name(second) }) : name(first);
  return text(score.verdict === "no-strong-resemblance" ? "why.weak" : "why.words", {
    regions: named,
  });
}

/** @param {Explanation["regions"]} regions */
function list(regions) {
  const bars = regions.slice(0, SHOWN).map(({ name, weight }) => {
    const fill = make("span", { class: "bar-fill" });
    fill.style.setProperty("--share", String(weight / regions[0].weight));
    return make(
      "li",
      {},
      make("span", {}, lookUp(`why.regions.${name}`) ?? name),
      make("span", { class: "bar", "aria-hidden": "true" }, fill),
      make("b", {}, text("why.share", { percent: Math.round(weight * 100) })),
    );
  });
  return make("ol", { class: "why-regions" }, ...bars);
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
