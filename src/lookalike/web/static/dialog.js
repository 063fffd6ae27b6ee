// @ts-check
/** The one dialog of a page: a sheet over it, closed by its button, Escape or a click beside it. */

import { find } from "./dom.js";

export class Dialog {
  #element = find("#dialog", HTMLDialogElement);
  #body = find(".dialog-body", HTMLElement, this.#element);

  constructor() {
    const close = find(".dialog-close", HTMLElement, this.#element);
    close.addEventListener("click", () => this.close());
    // A click on the dialog itself is one on the dimmed page around its content.
    this.#element.addEventListener("click", (event) => {
      if (event.target === this.#element) this.close();
    });
  }

  /** @param {HTMLElement} content with a heading, which names the dialog */
  show(content) {
    const title = find("h2", HTMLElement, content);
    title.id = "dialog-title";
    this.#element.setAttribute("aria-labelledby", title.id);
    this.#body.replaceChildren(content);
    if (!this.#element.open) this.#element.showModal();
    this.#element.scrollTop = 0;
  }

  close() {
    this.#element.close();
  }
}
