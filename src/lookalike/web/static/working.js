// @ts-check
/** The short wait: how much was sent, then what is being done. */

import { announce, calm, find } from "./dom.js";
import { number, page, text, texts } from "./texts.js";

const STEP_MS = 900;
// A machine nearby answers in a blink; without a moment of it the answer seems to come from nowhere.
const SHORTEST_MS = 900;

export class Working {
  #element = find("#working", HTMLElement);
  #bar = find("#bar", HTMLElement);
  #fill = find(".progress-fill", HTMLElement, this.#bar);
  #step = find("#step", HTMLElement);
  #percent = find("#percent", HTMLElement);
  #timer = 0;
  #started = 0;

  /** @param {string} steps the key of what is said while one waits */
  constructor(steps) {
    this.steps = steps;
  }

  start() {
    this.#started = performance.now();
    this.#element.hidden = false;
    this.#timer = 0;
    announce(text("working.sending"));
    this.sent(0);
  }

  /** @param {number} share of the bytes that have left, 0 to 1 */
  sent(share) {
    if (this.#timer) return;
    if (share >= 1) {
      this.#lookOn();
      return;
    }
    const percent = Math.round(share * 100);
    this.#bar.classList.remove("is-looking");
    this.#bar.setAttribute("aria-valuenow", String(percent));
    this.#fill.style.setProperty("--share", String(share));
    this.#step.textContent = text("working.sending");
    this.#percent.textContent = `${percent}%`;
  }

  /** Wait until the wait has been long enough to be seen. */
  async linger() {
    const left = (calm() ? 0 : SHORTEST_MS) - (performance.now() - this.#started);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#element.hidden = true;
  }

  /** All is sent; how long the rest takes nobody knows. */
  #lookOn() {
    const steps = texts(`working.${this.steps}`, { people: number(page.people) }) ?? [];
    let place = 0;
    const show = () => (this.#step.textContent = steps[Math.min(place++, steps.length - 1)]);
    this.#bar.classList.add("is-looking");
    this.#bar.removeAttribute("aria-valuenow");
    this.#percent.textContent = "";
    announce(steps[0]);
    show();
    this.#timer = window.setInterval(show, STEP_MS);
  }
}
