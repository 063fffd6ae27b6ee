// @ts-check
/** The answer: the photo with its faces, and for the chosen one the people it resembles. */

import { announce, find, make } from "./dom.js";
import { faceTabs, faceTile, framedPhoto, markFace } from "./faces.js";
import { card, pair, sideBySide } from "./people.js";
import { fineprint, likeness, words } from "./score.js";
import { named, text } from "./texts.js";

/** @typedef {import("./api.js").Lookalikes} Lookalikes */
/** @typedef {import("./api.js").RankedFace} RankedFace */
/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./picture.js").Picture} Picture */

export class Results {
  #section = find("#results", HTMLElement);
  #panel = find("#photo-panel", HTMLElement);
  #matches = find("#matches", HTMLElement);
  #dialog = find("#pair-dialog", HTMLDialogElement);

  constructor() {
    find(".dialog-close", HTMLElement, this.#dialog).addEventListener("click", () =>
      this.#dialog.close(),
    );
    // A click on the dialog itself is one on the dimmed page around its content.
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  /**
   * @param {Lookalikes} answer
   * @param {Picture} photo
   * @param {Picture | null} reference
   */
  show(answer, photo, reference) {
    this.answer = answer;
    this.photo = photo;
    this.reference = reference;
    this.#section.hidden = false;
    this.#section.dataset.faces = answer.faces.length > 1 ? "several" : "one";
    this.#showPhoto(answer, photo);
    this.#choose(0);
  }

  /** Bring the best match to the reader, wherever they are. */
  focus() {
    window.scrollTo({ top: 0 });
    find("h2", HTMLElement, this.#matches).focus({ preventScroll: true });
  }

  hide() {
    this.#dialog.close();
    this.#section.hidden = true;
    this.#panel.replaceChildren();
    this.#matches.replaceChildren();
  }

  /**
   * @param {Lookalikes} answer
   * @param {Picture} picture
   */
  #showPhoto({ photo, faces }, picture) {
    const choose = (/** @type {number} */ index) => this.#choose(index);
    this.#panel.replaceChildren(framedPhoto(picture, photo, faces, choose));
    this.#matches.removeAttribute("role");
    if (faces.length === 1) return;
    this.#panel.append(
      make("p", { class: "faces-title" }, text("faces.count", { count: faces.length })),
      faceTabs(picture, photo, faces, choose),
    );
    this.#matches.setAttribute("role", "tabpanel");
  }

  /** @param {number} index */
  #choose(index) {
    if (!this.answer) return;
    const face = this.answer.faces[index];
    const [best, ...others] = face.people;
    markFace(this.#panel, index);
    if (this.answer.faces.length > 1)
      this.#matches.setAttribute("aria-labelledby", `face-${index}`);
    this.#matches.replaceChildren(
      best ? this.#hero(face, best) : make("p", { class: "card" }, this.answer.notice ?? ""),
      ...this.#references(face),
      ...this.#others(face, others),
    );
    if (best) announce(text("announce", { name: named(best.name).text, words: words(best.score) }));
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} best
   */
  #hero(face, best) {
    const hero = sideBySide(
      best,
      this.#ownTile(face),
      text(`best.${best.score.verdict ?? "some-resemblance"}`),
    );
    hero.classList.add("card", "hero");
    find("h2", HTMLElement, hero).tabIndex = -1;
    return hero;
  }

  /** @param {RankedFace} face */
  #references(face) {
    const { reference } = this;
    if (!reference) return [];
    return face.references.map((score, place) => {
      const { photo, faces } = /** @type {Lookalikes} */ (this.answer).references[place];
      const other = faceTile(reference, photo, faces[0].box, text("reference.face"));
      return make(
        "section",
        { class: "card compared", "aria-label": text("reference.label") },
        pair(this.#ownTile(face), other, score),
        make(
          "div",
          { class: "compared-facts" },
          make("h2", { class: "eyebrow" }, text("reference.title")),
          ...likeness(score),
          fineprint(score),
          faces.length > 1 ? make("p", { class: "fineprint" }, text("reference.several")) : null,
        ),
      );
    });
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson[]} others
   */
  #others(face, others) {
    if (!others.length) return [];
    const cards = others.map((person) => card(person, () => this.#open(face, person)));
    return [
      make("h2", { class: "others-title" }, text("others")),
      make("ol", { class: "people" }, ...cards),
    ];
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} person
   */
  #open(face, person) {
    const content = sideBySide(person, this.#ownTile(face), text("rank", { rank: person.rank }));
    const title = find("h2", HTMLElement, content);
    title.id = "pair-title";
    this.#dialog.setAttribute("aria-labelledby", title.id);
    find(".dialog-body", HTMLElement, this.#dialog).replaceChildren(content);
    this.#dialog.showModal();
  }

  /** @param {RankedFace} face */
  #ownTile(face) {
    const { photo } = /** @type {Lookalikes} */ (this.answer);
    return faceTile(/** @type {Picture} */ (this.photo), photo, face.box, text("faces.your_face"));
  }
}
