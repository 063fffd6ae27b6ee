// @ts-check
/** Several photos to compare: added a few at a time, shown, taken out again. */

import { announce, find, icon, make, onChosen } from "./dom.js";
import { openPicture, release } from "./picture.js";
import { text } from "./texts.js";

/** @typedef {import("./picture.js").Picture} Picture */

const MOST = 9;

export class Album extends EventTarget {
  #list = find("#photos", HTMLElement);
  #input = find("#photo", HTMLInputElement);
  /** @type {Picture[]} */
  pictures = [];
  /** Until those that were chosen have been opened. @type {Promise<void>} */
  opening = Promise.resolve();

  constructor() {
    super();
    onChosen(this.#input, () => {
      this.opening = this.#add([...(this.#input.files ?? [])]);
    });
  }

  /** @param {File[]} files those beyond the most are left out */
  async #add(files) {
    const opened = await Promise.all(files.slice(0, MOST - this.pictures.length).map(openPicture));
    this.pictures.push(...opened.slice(0, MOST - this.pictures.length));
    this.#input.value = "";
    this.#draw();
    announce(text("compare.count", { count: this.pictures.length }));
  }

  /** @param {Picture} picture */
  #remove(picture) {
    release(picture);
    this.pictures = this.pictures.filter((each) => each !== picture);
    this.#draw();
    this.#input.focus();
  }

  #draw() {
    const tiles = this.pictures.map((picture, place) => this.#tile(picture, place + 1));
    const adding = find(".photos-add", HTMLElement, this.#list);
    this.#list.replaceChildren(...tiles, adding);
    adding.hidden = this.pictures.length === MOST;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {Picture} picture
   * @param {number} number
   */
  #tile(picture, number) {
    const alt = text("compare.photo", { number });
    const image = picture.url
      ? make("img", { src: picture.url, alt, class: "tile-image" })
      : make(
          "span",
          { class: "tile-plain tile-image", role: "img", "aria-label": alt },
          icon("picture"),
        );
    const button = make(
      "button",
      {
        type: "button",
        class: "button round",
        "aria-label": text("compare.remove", { number }),
        onclick: () => this.#remove(picture),
      },
      icon("close"),
    );
    return make("li", {}, make("div", { class: "tile" }, image), button);
  }
}
