// @ts-check
/** One member of a family: a photo, and for a parent a name. */

import { find, onChosen } from "./dom.js";
import { openPicture, release } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */

export class Relative extends EventTarget {
  /** @type {Picture | null} */
  picture = null;
  /** Until the photo that was chosen has been opened. @type {Promise<void>} */
  opening = Promise.resolve();

  /** @param {string} id */
  constructor(id) {
    super();
    this.element = find(`#${id}-place`, HTMLElement);
    this.input = find(`#${id}`, HTMLInputElement);
    this.image = find("img", HTMLImageElement, this.element);
    /** @type {HTMLInputElement | null} */
    this.title = this.element.querySelector(".relative-name");
    onChosen(this.input, () => this.#chosen());
  }

  get name() {
    return this.title?.value.trim() || this.title?.defaultValue || "";
  }

  /** @param {File} file */
  async #put(file) {
    if (this.picture) release(this.picture);
    this.picture = await openPicture(file);
    this.input.value = "";
    this.element.dataset.state = "filled";
    this.image.hidden = !this.picture.url;
    if (this.picture.url) this.image.src = this.picture.url;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {boolean} wrong */
  blame(wrong) {
    this.element.classList.toggle("is-wrong", wrong);
    this.input.setAttribute("aria-invalid", String(wrong));
  }

  #chosen() {
    const file = this.input.files?.[0];
    if (file) this.opening = this.#put(file);
  }
}
