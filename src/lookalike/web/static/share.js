// @ts-check
/** Sharing: a card to send or save, and a link only for those who ask for one. */

import { advice, problemFrom } from "./alert.js";
import { at } from "./api.js";
import { make } from "./dom.js";
import { sendButtons } from "./sending.js";
import { linkPart } from "./sharedlink.js";
import { named, page, text } from "./texts.js";
import { ask } from "./upload.js";

/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./upload.js").Field} Field */
/** @typedef {"tall" | "square" | "wide"} Shape */
/** @typedef {"pair" | "poster" | "prints"} Design */

/**
 * The content of the dialog.
 * @param {Picture} photo
 * @param {number} face
 * @param {RankedPerson} person
 */
export function shareForm(photo, face, person) {
  const form = make("form", { class: "share" }, make("h2", {}, text("share.title")));
  form.addEventListener("submit", (event) => event.preventDefault());
  const include = make("input", { type: "checkbox", name: "include" });
  /** @type {Field[]} */
  const match = [
    ["photo", photo],
    ["face", face],
    ["person", person.id],
    ["collection", person.collection],
    ["lang", page.language],
  ];
  const said = text("share.text", { name: named(person.name).text });
  const card = new Card(match, said);
  include.addEventListener("change", () => card.make({ include: include.checked }));
  form.append(
    card.element,
    choice("design", ["pair", "poster", "prints"], (design) => card.make({ design })),
    choice("shape", ["tall", "square", "wide"], (shape) => card.make({ shape })),
    make("label", { class: "tick" }, include, make("span", {}, text("share.include"))),
    card.ways,
    linkPart(
      () => [...match, ["design", card.design]],
      include,
      said,
    ),
  );
  card.make({});
  return form;
}

/** A card that is made anew whenever something about it changes. */
class Card {
  /** @type {Design} */
  design = "pair";
  /** @type {Shape} */
  #shape = "tall";
  #include = false;
  /** @type {Map<string, Blob>} those that were made already */
  #made = new Map();
  /** @type {AbortController | null} */
  #making = null;

  /**
   * @param {Field[]} match
   * @param {string} said goes with the card
   */
  constructor(match, said) {
    this.match = match;
    this.image = make("img", { alt: text("share.card"), hidden: true });
    this.note = make("p", { class: "card-note" });
    this.element = make("div", { class: "card-preview" }, this.image, this.note);
    this.sending = sendButtons(said);
    this.ways = this.sending.element;
  }

  /** @param {{ design?: Design, shape?: Shape, include?: boolean }} change */
  async make({ design = this.design, shape = this.#shape, include = this.#include }) {
    [this.design, this.#shape, this.#include] = [design, shape, include];
    this.#making?.abort();
    const { signal } = (this.#making = new AbortController());
    this.element.dataset.shape = shape;
    this.sending.offer(null);
    this.note.hidden = false;
    this.note.textContent = text("share.making");
    try {
      const blob = await this.#asked(signal);
      if (!signal.aborted) this.#show(blob);
    } catch (error) {
      if (signal.aborted) return;
      this.image.hidden = true;
      this.note.replaceChildren(...advice(problemFrom(error)));
    }
  }

  /** @param {AbortSignal} signal */
  async #asked(signal) {
    const key = [this.design, this.#shape, this.#include].join();
    const known = this.#made.get(key);
    if (known) return known;
    /** @type {Field[]} */
    const how = [
      ["design", this.design],
      ["shape", this.#shape],
      ["include_photo", this.#include],
    ];
    const blob = await ask(at("cards"), [...this.match, ...how], { signal });
    this.#made.set(key, blob);
    return blob;
  }

  /** @param {Blob} blob */
  #show(blob) {
    URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(blob);
    this.image.hidden = false;
    this.note.hidden = true;
    this.sending.offer(new File([blob], text("share.file"), { type: blob.type }));
  }
}

/**
 * The first is chosen.
 * @template {string} T
 * @param {string} name
 * @param {T[]} values
 * @param {(value: T) => void} choose
 */
function choice(name, values, choose) {
  const options = values.map((value, place) => {
    const input = make("input", { type: "radio", name, value, class: "unseen" });
    input.checked = place === 0;
    input.addEventListener("change", () => choose(value));
    return make("label", {}, input, make("span", {}, text(`share.${name}.${value}`)));
  });
  return make(
    "fieldset",
    { class: "choices" },
    make("legend", { class: "unseen" }, text(`share.${name}.label`)),
    ...options,
  );
}
