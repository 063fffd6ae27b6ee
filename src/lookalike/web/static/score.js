// @ts-check
/** A score in words, as a verdict, and as a bar. */

import { make } from "./dom.js";
import { about, text } from "./texts.js";

/** @typedef {import("./api.js").Score} Score */

// Beyond this the tables say only "rarer"; below the other one "1 in 3" would say nothing.
const RAREST = 100_000;
const COMMON = 10;

/**
 * How rare a resemblance is: "1,000명 중 1명꼴로 닮았어요".
 * @param {Score} score
 */
export function words(score) {
  if (score.source === "aws") return text("score.aws", { points: points(score.similarity) });
  if (score.one_in < COMMON) return text("score.common");
  return text(score.one_in >= RAREST ? "score.rarer" : "score.one_in", {
    count: about(score.one_in),
  });
}

/** @param {Score} score */
function verdict(score) {
  if (!score.verdict) return make("span", {});
  return make("span", { class: `chip chip-${score.verdict}` }, text(`verdict.${score.verdict}`));
}

/** Points as they are shown; rounded down, so that 59.7 does not pass for 60. @param {number} value */
export const points = (value) => Math.floor(value);

/**
 * Resemblance as a bar.
 * @param {Score} score
 * @param {HTMLElement} label what stands above its left end
 */
function bar(score, label) {
  const share = shown(score);
  const value = points(share);
  const called = text(score.source === "aws" ? "score.aws_similarity" : "score.resemblance");
  const fill = make("span", { class: "bar-fill" });
  fill.style.setProperty("--share", String(share / 100));
  const track = make(
    "span",
    {
      class: `bar bar-${score.verdict}`,
      role: "meter",
      "aria-label": called,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": value,
      "aria-valuetext": text("score.points", { points: value }),
    },
    fill,
  );
  return make(
    "div",
    { class: "meter" },
    label,
    make(
      "span",
      { class: "meter-value" },
      `${called} `,
      make("b", {}, String(value)),
    ),
    track,
  );
}

/** A score in words, as a verdict and as a bar. @param {Score} score */
export function likeness(score) {
  return [make("p", { class: "words" }, words(score)), bar(score, verdict(score))];
}

/** The number that a badge and a bar show: AWS tells no resemblance. @param {Score} score */
export const shown = (score) => score.resemblance ?? score.similarity;

/** The other number, and whether the first is an estimate. @param {Score} score */
export function fineprint(score) {
  if (score.source === "aws") return make("p", { class: "fineprint" }, text("score.by_aws"));
  const value = text("score.similarity", { points: points(score.similarity) });
  const note = score.extrapolated ? ` ${text("score.extrapolated")}` : "";
  return make("p", { class: "fineprint" }, value + note);
}
