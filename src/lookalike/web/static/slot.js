// @ts-check
/** A place for one photo: choose, drop, preview, remove. */

import { announce, find, onChosen } from "./dom.js";
import { openPicture, release } from "./picture.js";
import { text } from "./texts.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./problem.js").Subject} Subject */

export class Slot extends EventTarget {
  /** @type {Promise<Picture> | null} the photo, perhaps still being opened */
  picture = null;

  /** @param {Subject} subject */
  constructor(subject) {
    super();
    this.subject = subject;
    this.element = find(`#${subject}-slot`, HTMLElement);
    this.input = find("input", HTMLInputElement, this.element);
    this.image = find(".slot-image", HTMLImageElement, this.element);
    this.note = find(".slot-note", HTMLElement, this.element);
    this.remove = find(".slot-remove", HTMLButtonElement, this.element);
    onChosen(this.input, () => this.#chosen());
    this.remove.addEventListener("click", () => this.#removed());
    this.#catchDrops();
  }

  /** Take a file from wherever it came. @param {File} file */
  put(file) {
    return this.take(openPicture(file));
  }

  /** Take a photo that is being opened. @param {Promise<Picture>} picture */
  async take(picture) {
    await this.#replace(picture);
    if (this.picture === picture) {
      announce(text("chosen", { subject: text(`subject.${this.subject}`) }));
    }
  }

  clear() {
    return this.#replace(null);
  }

  /** Mark the photo as the one at fault, or as sound again. @param {boolean} wrong */
  blame(wrong) {
    this.element.classList.toggle("is-wrong", wrong);
    this.input.setAttribute("aria-invalid", String(wrong));
    if (wrong) this.input.setAttribute("aria-describedby", "alert");
    else this.input.removeAttribute("aria-describedby");
  }

  /** @param {boolean} disabled while the photo is being looked at */
  set disabled(disabled) {
    this.input.disabled = disabled;
    this.remove.disabled = disabled;
  }

  /** @param {Promise<Picture> | null} picture */
  async #replace(picture) {
    this.picture?.then(release);
    this.picture = picture;
    this.#show(picture ? "opening" : "empty", null);
    this.dispatchEvent(new Event("change"));
    const opened = await picture;
    // Another photo may have been chosen while this one was decoded.
    if (opened && this.picture === picture) this.#show("filled", opened);
  }

  /**
   * @param {"empty" | "opening" | "filled"} state
   * @param {Picture | null} picture
   */
  #show(state, picture) {
    this.element.dataset.state = state;
    this.remove.hidden = state === "empty";
    this.image.hidden = !picture?.url;
    this.note.hidden = !picture || Boolean(picture.url);
    if (picture?.url) this.image.src = picture.url;
    else this.image.removeAttribute("src");
  }

  #chosen() {
    const file = this.input.files?.[0];
    // Emptied, so that choosing the same file again is a change too.
    if (file) this.put(file).then(() => (this.input.value = ""));
  }

  #removed() {
    this.clear();
    this.input.focus();
  }

  #catchDrops() {
    const over = (/** @type {boolean} */ is) => this.element.classList.toggle("is-over", is);
    this.element.addEventListener("dragover", () => over(true));
    this.element.addEventListener("dragleave", () => over(false));
    this.element.addEventListener("drop", () => over(false));
  }
}
