// @ts-check
/** A score in words, as a verdict, and as a bar. */

import { make } from "./dom.js";
import { about, ordinal, text } from "./texts.js";

/** @typedef {import("./api.js").OwnScore} OwnScore */
/** @typedef {import("./api.js").Score} Score */
/** @typedef {import("./api.js").Standing} Standing */

// Beyond this the tables say only "rarer"; below the other one "1 in 3" would say nothing.
const RAREST = 100_000;
const COMMON = 10;

/**
 * How rare a resemblance is: "1,000명 중 1명꼴로 닮았어요". Amazon does not tell that.
 * @param {Score} score
 */
export function words(score) {
  if (score.aws) return text(`score.aws.${score.aws.measure}`, { points: shownPoints(score) });
  if (score.one_in < COMMON) return text("score.common");
  return text(score.one_in >= RAREST ? "score.rarer" : "score.one_in", {
    count: about(score.one_in),
  });
}

/**
 * How the best match compares with other people's: "100명 중 8번째로 많이 닮은 편이에요"; nothing where
 * nobody tells.
 * @param {Standing | null | undefined} standing
 */
export function standingText(standing) {
  if (!standing) return "";
  const rank = Math.max(1, Math.floor(100 * (1 - standing.share) + 0.5));
  return text(rank > 50 ? "standing.low" : "standing.high", { rank: ordinal(rank) });
}

/**
 * What that means, to be shown below it, with how rare the pair is.
 * @param {Score} score of the best match
 */
export const standingNote = (score) =>
  `${text("standing.note")} ${text("standing.pair", { words: words(score) })}`;

/**
 * What the best match is called: "가장 닮은 한국 스타".
 * @param {Score} score
 * @param {import("./api.js").Filters} [filters] among whom was looked
 */
export function title(score, { origin, gender } = {}) {
  const who = [origin, gender].filter(Boolean).join(" ");
  if (who && !score.aws && /^(strong|some|no)-/.test(score.verdict))
    return text("of.title", { who: text(`of.${who}`) });
  return text(`best.${score.aws ? score.aws.measure : score.verdict}`);
}

/** How alike two faces are in general, whoever they are. @param {Score} score */
export const headline = (score) => (score.aws ? words(score) : text(`verdict.${score.verdict}`));

/** The one that colours belong to; Amazon gives no verdict. @param {Score} score */
export const kind = (score) => (score.aws ? "aws" : score.verdict);

/** @param {OwnScore} score */
function verdict(score) {
  return make("span", { class: `chip chip-${score.verdict}` }, text(`verdict.${score.verdict}`));
}

/** Points as they are shown; rounded down, so that 59.7 does not pass for 60. @param {number} value */
export const points = (value) => Math.floor(value);

/** What badges and bars show: our resemblance, or what Amazon says. @param {Score} score */
const shown = (score) => (score.aws ? score.aws.value : score.resemblance);

/** @param {Score} score */
export const shownPoints = (score) => points(shown(score));

/**
 * Resemblance, or Amazon's score, as a bar.
 * @param {Score} score
 */
function bar(score) {
  const value = shownPoints(score);
  const measure = text(score.aws ? `score.aws_measure.${score.aws.measure}` : "score.resemblance");
  const fill = make("span", { class: "bar-fill" });
  fill.style.setProperty("--share", String(shown(score) / 100));
  const track = make(
    "span",
    {
      class: `bar bar-${kind(score)}`,
      role: "meter",
      "aria-label": measure,
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
    score.aws ? null : verdict(score),
    make("span", { class: "meter-value" }, `${measure} `, make("b", {}, String(value))),
    track,
  );
}

/** A score in words, as a verdict and as a bar. @param {Score} score */
export function likeness(score) {
  return [make("p", { class: "words" }, words(score)), bar(score)];
}

/** Below it is no question whether this is the same person. */
const SAME_AT_ALL = 70;
const SAME = 80;

/** Whether this may be the same person, in words, where that is a question. @param {Score} score */
export function fineprint(score) {
  if (score.aws) return make("p", { class: "fineprint" }, text("score.by_aws"));
  if (score.similarity < SAME_AT_ALL) return null;
  const words = text(score.similarity < SAME ? "score.nearly_same" : "score.same");
  const note = score.extrapolated ? ` ${text("score.extrapolated")}` : "";
  return make("p", { class: "fineprint" }, words + note);
}
