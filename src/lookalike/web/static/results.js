// @ts-check
/** The answer: the photo with its faces, and for the chosen one the people it resembles. */

import { advice, problemFrom } from "./alert.js";
import { explainLikeness } from "./api.js";
import { Dialog } from "./dialog.js";
import { announce, find, icon, make } from "./dom.js";
import { alignedTile, faceTabs, framedPhoto, markFace } from "./faces.js";
import { FilterBar } from "./filters.js";
import { hintLine, hints, unsure } from "./hints.js";
import { card, sideBySide } from "./people.js";
import { fineprint, likeness, title, words } from "./score.js";
import { stage } from "./stage.js";
import { named, text } from "./texts.js";

/** @typedef {import("./api.js").Filters} Filters */
/** @typedef {import("./api.js").Lookalikes} Lookalikes */
/** @typedef {import("./api.js").RankedFace} RankedFace */
/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {(filters: Filters, signal: AbortSignal) => Promise<Lookalikes>} Search */

/**
 * What is on show.
 * @typedef {object} Shown
 * @property {Lookalikes} answer
 * @property {Picture} photo
 * @property {Picture | null} reference
 * @property {Search} search
 * @property {number} face
 */

export class Results {
  #section = find("#results", HTMLElement);
  #panel = find("#photo-panel", HTMLElement);
  #matches = find("#matches", HTMLElement);
  #calls = find("#calls", HTMLElement);
  #dialog = new Dialog();
  #filters = new FilterBar((filters) => this.#narrow(filters));
  /** @type {Shown | null} */
  #shown = null;
  /** @type {AbortController | null} while the people are being narrowed down */
  #narrowing = null;

  /**
   * @param {Lookalikes} answer
   * @param {Picture} photo
   * @param {Picture | null} reference
   * @param {Search} search
   */
  show(answer, photo, reference, search) {
    this.#shown = { answer, photo, reference, search, face: 0 };
    this.#filters.show(answer.filters);
    this.#section.hidden = false;
    this.#section.dataset.faces = answer.faces.length > 1 ? "several" : "one";
    this.#showPhoto(answer, photo);
    this.#showCalls(answer);
    this.#choose(0);
  }

  /** Bring the best match to the reader, wherever they are. */
  focus() {
    window.scrollTo({ top: 0 });
    find("h2", HTMLElement, this.#matches).focus({ preventScroll: true });
  }

  hide() {
    this.#narrowing?.abort();
    this.#dialog.close();
    this.#section.hidden = true;
    this.#panel.replaceChildren();
    this.#matches.replaceChildren();
    this.#shown = null;
  }

  get #now() {
    if (!this.#shown) throw new Error("Nothing is on show.");
    return this.#shown;
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

  /** What Amazon charges for. @param {Lookalikes} answer */
  #showCalls({ aws_calls }) {
    const calls = Object.entries(aws_calls).map(([name, count]) => `${name} ${count}`);
    this.#calls.textContent = text("score.aws_calls", { calls: calls.join(", ") });
    this.#calls.hidden = !calls.length;
  }

  /** @param {number} index */
  #choose(index) {
    const { answer } = this.#now;
    this.#now.face = index;
    const face = answer.faces[index];
    const [best, ...others] = face.people;
    markFace(this.#panel, index);
    if (answer.faces.length > 1) this.#matches.setAttribute("aria-labelledby", `face-${index}`);
    if (!best) {
      const words = text(answer.notice ? "unknown" : "nobody");
      const heading = make("h2", { class: "nobody", tabindex: -1 }, words);
      this.#matches.replaceChildren(heading, ...this.#references(face));
      announce(words);
      return;
    }
    const said = hints(face);
    this.#matches.replaceChildren(
      this.#hero(face, best),
      ...this.#references(face),
      ...this.#others(face, others),
    );
    const hint = hintLine(said);
    if (hint) this.#matches.prepend(hint);
    const answered = text("announce", { name: named(best.name).text, words: words(best.score) });
    announce([answered, ...said].join(" "));
    this.#tell(face, best);
  }

  /**
   * Let whatever is shown beside a result know of it.
   * @param {RankedFace} face
   * @param {RankedPerson} best
   */
  #tell(face, best) {
    const { gender } = this.#filters.value;
    const detail = { photo: this.#now.photo, face, best, gender };
    this.#section.dispatchEvent(new CustomEvent("chosen", { detail }));
  }

  /** Look again, among other people. @param {Filters} filters */
  async #narrow(filters) {
    this.#narrowing?.abort();
    const narrowing = (this.#narrowing = new AbortController());
    this.#busy(true);
    announce(text("filtering"));
    try {
      const answer = await this.#now.search(filters, narrowing.signal);
      if (!this.#shown) return;
      this.#shown.answer = answer;
      this.#choose(this.#shown.face);
    } catch (error) {
      const problem = problemFrom(error);
      if (problem.code === "cancelled") return;
      this.#matches.replaceChildren(
        make("div", { class: "alert", role: "alert" }, ...advice(problem)),
      );
    } finally {
      if (this.#narrowing === narrowing) this.#busy(false);
    }
  }

  /** @param {boolean} is */
  #busy(is) {
    this.#filters.busy = is;
    this.#matches.classList.toggle("is-stale", is);
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} best
   */
  #hero(face, best) {
    const hero = sideBySide(
      best,
      this.#ownHalf(face),
      title(best.score, this.#filters.value),
      () => this.#explain(face, best),
      this.#shareButton(face, best),
    );
    hero.classList.add("card", "hero");
    find("h2", HTMLElement, hero).tabIndex = -1;
    return hero;
  }

  /** @param {RankedFace} face */
  #references(face) {
    const { answer, photo, reference } = this.#now;
    if (!reference) return [];
    return face.references.map((score, place) => {
      const { photo: size, faces } = answer.references[place];
      const other = alignedTile(reference, size, faces[0], text("reference.face"));
      const half = { ...other, name: text("reference.who") };
      const explain = () => explainLikeness(photo, face.index, { reference });
      return make(
        "section",
        { class: "card compared", "aria-label": text("reference.label") },
        stage(this.#ownHalf(face), half, score, explain),
        make(
          "div",
          { class: "compared-facts" },
          make("h2", { class: "eyebrow" }, text("reference.title")),
          ...likeness(score),
          fineprint(score),
          unsure(score, face, faces[0]),
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
      ...(face.order === "look" ? [make("p", { class: "others-order" }, text("by_look"))] : []),
      make("ol", { class: "people" }, ...cards),
    ];
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} person
   */
  #open(face, person) {
    const content = sideBySide(
      person,
      this.#ownHalf(face),
      text("rank", { rank: person.rank }),
      () => this.#explain(face, person),
      this.#shareButton(face, person),
    );
    this.#dialog.show(content);
  }

  /**
   * Cards show our own score.
   * @param {RankedFace} face
   * @param {RankedPerson} person
   */
  #shareButton(face, person) {
    if (person.score.aws) return null;
    const open = async () => {
      const { shareForm } = await import("./share.js");
      this.#dialog.show(shareForm(this.#now.photo, face.index, person, this.#filters.value));
    };
    return make(
      "button",
      {
        type: "button",
        class: "button primary share-open",
        onclick: open,
        "aria-haspopup": "dialog",
      },
      icon("share"),
      text("share.open"),
    );
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} person
   */
  #explain(face, { id, collection }) {
    return explainLikeness(this.#now.photo, face.index, { person: id, collection });
  }

  /** @param {RankedFace} face */
  #ownHalf(face) {
    const { answer, photo } = this.#now;
    const own = alignedTile(photo, answer.photo, face, text("faces.your_face"));
    return { ...own, name: text("faces.me") };
  }
}
