// @ts-check
/** Two aligned faces: side by side, one over the other with a line to drag, or why they match. */

import { icon, make } from "./dom.js";
import { heat } from "./heat.js";
import { kind, shownPoints } from "./score.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Score} Score */
/** @typedef {import("./api.js").Explanation} Explanation */
/** @typedef {{ tile: HTMLElement, name: string, aligned: boolean | Promise<boolean> }} Half */
/** @typedef {"pair" | "split" | "heat"} Mode */

let stages = 0;

/**
 * @param {Half} own
 * @param {Half} other
 * @param {Score} score
 * @param {(() => Promise<Explanation>) | null} explain asks which places carry the likeness; only
 *   our own networks can tell
 */
export function stage(own, other, score, explain) {
  const why = make("div", { class: "why", hidden: true });
  const divider = slider(own.name, other.name);
  const halves = make(
    "div",
    { class: "halves" },
    half(own, "own"),
    half(other, "other"),
    divider,
    badge(score),
  );
  const element = make("div", { class: "stage" }, halves);
  element.dataset.mode = "pair";
  /** @param {Mode} mode */
  const show = (mode) => {
    element.dataset.mode = mode;
    why.hidden = mode !== "heat";
    if (mode === "heat" && explain && !score.aws && !why.hasChildNodes())
      heat(why, own.tile, score, explain);
  };
  dragged(halves, divider, element);
  const modes = choices(show, explain !== null && !score.aws);
  element.append(modes, why);
  offerSplit(modes, own, other);
  return element;
}

/**
 * @param {Half} half
 * @param {"own" | "other"} side
 */
function half({ tile, name }, side) {
  const label = make("span", { class: "half-name", "aria-hidden": "true" }, name);
  return make("div", { class: `half half-${side}` }, tile, label);
}

/** @param {Score} score */
function badge(score) {
  return make(
    "div",
    { class: `badge badge-${kind(score)}`, "aria-hidden": "true" },
    make("b", {}, String(shownPoints(score))),
  );
}

/**
 * The keyboard moves the range; fingers and mice drag anywhere on the faces.
 * @param {string} one
 * @param {string} other
 */
function slider(one, other) {
  return make("input", {
    type: "range",
    class: "divider",
    min: 0,
    max: 100,
    value: 50,
    "aria-label": text("stage.divider", { one, other }),
  });
}

/**
 * @param {HTMLElement} halves
 * @param {HTMLInputElement} divider
 * @param {HTMLElement} element
 */
function dragged(halves, divider, element) {
  const put = (/** @type {number} */ share) => {
    divider.value = String(share * 100);
    halves.style.setProperty("--at", `${Number(divider.value)}%`);
  };
  const follow = (/** @type {PointerEvent} */ event) => {
    if (element.dataset.mode !== "split" || !event.buttons) return;
    const box = halves.getBoundingClientRect();
    put((event.clientX - box.left) / box.width);
  };
  divider.addEventListener("input", () => put(Number(divider.value) / 100));
  halves.addEventListener("pointerdown", (event) => {
    if (element.dataset.mode === "split") halves.setPointerCapture(event.pointerId);
    follow(event);
  });
  halves.addEventListener("pointermove", follow);
  halves.append(make("span", { class: "divider-grip", "aria-hidden": "true" }, icon("pair")));
}

/**
 * @param {(mode: Mode) => void} show
 * @param {boolean} explained
 */
function choices(show, explained) {
  const name = `stage-${(stages += 1)}`;
  const option = (/** @type {Mode} */ mode) => {
    const input = make("input", { type: "radio", name, value: mode, class: "unseen" });
    input.checked = mode === "pair";
    input.addEventListener("change", () => show(mode));
    return make("label", {}, input, make("span", {}, text(`stage.${mode}`)));
  };
  const modes = make(
    "fieldset",
    { class: "choices stage-modes" },
    make("legend", { class: "unseen" }, text("stage.label")),
    option("pair"),
    option("split"),
    explained ? option("heat") : null,
  );
  return modes;
}

/**
 * One face can lie over the other only where both are aligned.
 * @param {HTMLElement} modes
 * @param {Half} own
 * @param {Half} other
 */
async function offerSplit(modes, own, other) {
  const split = modes.querySelectorAll("label")[1];
  const offer = (/** @type {boolean} */ is) => {
    split.hidden = !is;
    modes.hidden = modes.querySelectorAll("label:not([hidden])").length < 2;
  };
  offer(false);
  const aligned = await Promise.all([own.aligned, other.aligned]);
  offer(aligned.every(Boolean));
}
