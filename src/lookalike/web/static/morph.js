// @ts-check
/** Two faces, one over the other: a slider between them, and a short film to save or to send. */

import { advice, problemFrom } from "./alert.js";
import { Blend, SIDE } from "./blend.js";
import { announce, calm, icon, make } from "./dom.js";
import { page, text } from "./texts.js";

/** @typedef {import("./faces.js").Blendable} Blendable */
/** @typedef {{ name: string, blendable: Blendable }} Named */

// There and back, in milliseconds, with a rest at each end.
const TURN_MS = 4000;
const RANGE = 100;

/**
 * Draw both, and let them be played with.
 * @param {HTMLElement} place
 * @param {Named} own
 * @param {Named} other
 * @returns {Promise<() => void>} stops what moves
 */
export async function morph(place, own, other) {
  place.replaceChildren(make("p", { class: "why-words" }, text("morph.working")));
  try {
    const [one, two] = await Promise.all([own.blendable.open(), other.blendable.open()]);
    return shown(place, new Blend(one, two), own, other);
  } catch (error) {
    place.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
    return () => {};
  }
}

/**
 * @param {HTMLElement} place
 * @param {Blend} blend
 * @param {Named} own
 * @param {Named} other
 */
function shown(place, blend, own, other) {
  const label = text("morph.picture", { one: own.name, other: other.name });
  const options = { class: "morph-picture", width: SIDE, height: SIDE, role: "img" };
  const canvas = make("canvas", { ...options, "aria-label": label });
  const slider = range(own.name, other.name);
  const draw = (/** @type {number} */ share) =>
    canvas.getContext("2d")?.drawImage(blend.at(share), 0, 0);
  const player = new Player((share) => {
    slider.value = String(Math.round(share * RANGE));
    draw(share);
  });
  slider.addEventListener("input", () => {
    player.stop();
    draw(Number(slider.value) / RANGE);
  });
  const ends = [own.name, other.name].map((name) => make("span", {}, name));
  const credits = creditLines(own, other);
  place.replaceChildren(
    canvas,
    make("div", { class: "morph-range" }, ends[0], slider, ends[1]),
    make("div", { class: "buttons morph-keys" }, player.button, saver(blend, own, other, credits)),
    ...credits.map((line) => make("p", { class: "credit" }, line)),
  );
  draw(0.5);
  if (!calm()) player.start();
  return () => player.stop();
}

/**
 * @param {string} one
 * @param {string} other
 */
function range(one, other) {
  const label = text("morph.slider", { one, other });
  return make("input", { type: "range", min: 0, max: RANGE, value: RANGE / 2, "aria-label": label });
}

/** Moves from one face to the other and back until it is stopped. */
class Player {
  #frame = 0;
  #began = 0;

  /** @param {(share: number) => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.words = make("span", {}, text("morph.play"));
    const turn = () => (this.#frame ? this.stop() : this.start());
    const options = { type: "button", class: "button secondary", onclick: turn };
    this.button = make("button", options, icon("again-icon"), this.words);
  }

  start() {
    // From half way, where the picture is now.
    this.#began = performance.now() - TURN_MS / 4;
    this.words.textContent = text("morph.pause");
    const step = (/** @type {number} */ now) => {
      if (!this.button.isConnected) return this.stop();
      this.draw(shareAt((now - this.#began) / TURN_MS));
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.words.textContent = text("morph.play");
  }
}

/** Of the way to the other face, at a part of a turn. @param {number} turn */
export const shareAt = (turn) => {
  // A little beyond either end, so that it rests there.
  const wave = 0.5 - 0.62 * Math.cos(turn * 2 * Math.PI);
  return Math.min(Math.max(wave, 0), 1);
};

/**
 * Made by one tap and given away by another: browsers let a page do that right after a tap only.
 * @param {Blend} blend
 * @param {Named} own
 * @param {Named} other
 * @param {string[]} credits
 */
function saver(blend, own, other, credits) {
  const words = make("span", {}, text("morph.film"));
  /** @type {File | null} */
  let film = null;
  const say = (/** @type {string} */ key) => {
    words.textContent = text(key);
    announce(text(key));
  };
  const take = async () => {
    say("morph.filming");
    const { animated, filmKind, filmed } = await import("./film.js");
    const taken = page.app || !filmKind() ? animated : filmed;
    film = await taken(blend, [own.name, other.name], credits);
    const { sendable } = await import("./giving.js");
    say(sendable(film) ? "morph.send" : "morph.save");
  };
  const give = async (/** @type {File} */ made) => {
    const { sent } = await import("./giving.js");
    const names = { one: own.name, other: other.name };
    await sent(made, text("morph.share", names), text("morph.picture", names));
  };
  const go = async () => {
    button.disabled = true;
    await (film ? give(film) : take()).catch((error) => {
      problemFrom(error);
      say("morph.failed");
    });
    button.disabled = false;
  };
  const options = { type: "button", class: "button primary morph-film", onclick: go };
  const button = make("button", options, icon("share"), words);
  return button;
}

/**
 * Who took the pictures that are not the user's own, and on what terms.
 * @param {...Named} both
 */
function creditLines(...both) {
  return both.flatMap(({ blendable: { credit } }) => {
    if (!credit) return [];
    const author = credit.author ?? text("credit.unknown");
    return [text("morph.credit", { author, licence: credit.licence ?? "" })];
  });
}
