// @ts-check
/**
 * Two aligned faces: side by side, each by half with a line to drag, one turning into the other, or
 * why they match. What the last two need comes when they are chosen.
 */

import { icon, make } from "./dom.js";
import { kind, shownPoints } from "./score.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Score} Score */
/** @typedef {import("./api.js").Explanation} Explanation */
/** @typedef {import("./faces.js").Blendable} Blendable */
/**
 * @typedef {object} Half
 * @property {HTMLElement} tile
 * @property {string} name
 * @property {boolean | Promise<boolean>} aligned
 * @property {Blendable | null | Promise<Blendable | null>} blendable
 */
/** @typedef {"pair" | "split" | "morph" | "heat"} Mode */

let stages = 0;

/**
 * @param {Half} own
 * @param {Half} other
 * @param {Score} score
 * @param {(() => Promise<Explanation>) | null} explain asks which places carry the likeness; only
 *   our own networks can tell
 * @param {boolean} numbered whether the score stands between them: not where words tell more
 */
export function stage(own, other, score, explain, numbered = true) {
  const why = make("div", { class: "why" });
  const blended = make("div", { class: "morph" });
  const divider = slider(own.name, other.name);
  const halves = make(
    "div",
    { class: "halves" },
    half(own, "own"),
    half(other, "other"),
    divider,
    numbered ? badge(score) : null,
  );
  const element = make("div", { class: "stage" }, halves);
  element.dataset.mode = "pair";
  let stop = () => {};
  /** @param {Mode} mode */
  const show = async (mode) => {
    stop();
    element.dataset.mode = mode;
    if (mode === "heat" && explain && !why.hasChildNodes()) {
      const { heat } = await import("./heat.js");
      await heat(why, own, score, explain);
    }
    if (mode === "morph") stop = await morphed(blended, own, other);
    // Something else may have been chosen meanwhile.
    if (element.dataset.mode !== "morph") stop();
  };
  dragged(halves, divider, element);
  const modes = choices(show);
  element.append(modes, blended, why);
  offer(modes, own, other, explain !== null && !score.aws);
  return element;
}

/**
 * @param {HTMLElement} place
 * @param {Half} own
 * @param {Half} other
 */
async function morphed(place, own, other) {
  const { morph } = await import("./morph.js");
  const [one, two] = await Promise.all([own.blendable, other.blendable]);
  if (!one || !two) return () => {};
  return morph(place, { name: own.name, blendable: one }, { name: other.name, blendable: two });
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

/** @param {(mode: Mode) => void} show */
function choices(show) {
  const name = `stage-${(stages += 1)}`;
  const option = (/** @type {Mode} */ mode) => {
    const input = make("input", { type: "radio", name, value: mode, class: "unseen" });
    input.checked = mode === "pair";
    input.addEventListener("change", () => show(mode));
    return make("label", {}, input, make("span", {}, text(`stage.${mode}`)));
  };
  return make(
    "fieldset",
    { class: "choices stage-modes" },
    make("legend", { class: "unseen" }, text("stage.label")),
    option("pair"),
    option("morph"),
    option("split"),
    option("heat"),
  );
}

/**
 * One face can lie over the other only where both are aligned, and turn into it only where both have
 * a mesh and may be changed.
 * @param {HTMLElement} modes
 * @param {Half} own
 * @param {Half} other
 * @param {boolean} explained
 */
async function offer(modes, own, other, explained) {
  const put = (/** @type {Mode} */ mode, /** @type {boolean} */ is) => {
    const label = modes.querySelector(`label:has([value="${mode}"])`);
    if (label instanceof HTMLElement) label.hidden = !is;
    modes.hidden = modes.querySelectorAll("label:not([hidden])").length < 2;
  };
  put("split", false);
  put("morph", false);
  put("heat", explained);
  put("split", (await Promise.all([own.aligned, other.aligned])).every(Boolean));
  put("morph", (await Promise.all([own.blendable, other.blendable])).every(Boolean));
}
