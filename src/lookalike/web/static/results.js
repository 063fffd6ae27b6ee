// @ts-check
/** The answer: the photo with its faces, and for the chosen one the people it resembles. */

import { advice, problemFrom } from "./alert.js";
import { explainLikeness } from "./api.js";
import { Dialog } from "./dialog.js";
import { announce, find, icon, make } from "./dom.js";
import { alignedTile, faceTabs, framedPhoto, markFace } from "./faces.js";
import { FilterBar } from "./filters.js";
import { hintLine, hints, unsure } from "./hints.js";
import { row, runnerUp, told, toldOf } from "./people.js";
import { headline, standingText, title, words } from "./score.js";
import { named, text } from "./texts.js";

/** @typedef {import("./api.js").Filters} Filters */
/** @typedef {import("./api.js").ComparedPerson} ComparedPerson */
/** @typedef {import("./api.js").Lookalikes} Lookalikes */
/** @typedef {import("./api.js").Question} Question */
/** @typedef {import("./api.js").RankedFace} RankedFace */
/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {(filters: Filters, signal: AbortSignal) => Promise<Lookalikes>} Search */

/**
 * What is on show.
 * @typedef {object} Shown
 * @property {Lookalikes} answer
 * @property {Question} question
 * @property {Search} search
 * @property {number} face
 */
/**
 * What the page does when something on it is looked at.
 * @typedef {object} Watched
 * @property {(face: number) => void} chose
 * @property {(person: ComparedPerson) => void} saw
 */

// The best and the next are shown large, the others behind a button.
const LARGE = 3;

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

  /** @param {Watched} watched */
  constructor(watched) {
    this.watched = watched;
  }

  /** @param {Shown} shown */
  show(shown) {
    const { answer } = shown;
    this.#narrowing?.abort();
    this.#dialog.close();
    this.#shown = shown;
    this.#filters.show(answer.filters ?? {});
    this.#section.hidden = false;
    this.#section.dataset.faces = answer.faces.length > 1 ? "several" : "one";
    this.#showPhoto(shown);
    this.#showCalls(answer);
    this.#choose(answer.faces[shown.face] ? shown.face : 0);
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

  /** @param {Shown} shown */
  #showPhoto({ answer: { photo, faces }, question: { photo: picture } }) {
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

  /** Whichever comes first is what a reader is brought to. */
  #headingsTakeFocus() {
    for (const heading of this.#matches.querySelectorAll("h2")) heading.tabIndex = -1;
  }

  /** @param {number} index */
  #choose(index) {
    const { answer } = this.#now;
    this.#now.face = index;
    this.watched.chose(index);
    const face = answer.faces[index];
    markFace(this.#panel, index);
    if (answer.faces.length > 1) this.#matches.setAttribute("aria-labelledby", `face-${index}`);
    if (face.coverage?.human === false) this.#joke(face);
    else this.#tell(face);
  }

  /** Nobody is compared with a cat, unless the user says that it is none. @param {RankedFace} face */
  #joke(face) {
    this.#section.dataset.told = "joke";
    const heading = make("h2", { class: "nobody-title", tabindex: -1 }, text("joke.title"));
    const options = { type: "button", class: "button quiet", onclick: () => this.#tell(face) };
    this.#matches.replaceChildren(
      make(
        "article",
        { class: "card joke" },
        this.#whole() ?? this.#ownHalf(face).tile,
        heading,
        make("p", {}, text("joke.text")),
        make("button", options, text("joke.human")),
      ),
    );
    announce(`${text("joke.title")} ${text("joke.text")}`);
  }

  /** The photo as it is: what is no face lies badly where faces do. */
  #whole() {
    const { url } = this.#now.question.photo;
    return url && make("img", { class: "joke-photo", src: url, alt: text("faces.whole_photo") });
  }

  /** @param {RankedFace} face */
  #tell(face) {
    const { answer } = this.#now;
    this.#section.dataset.told = "people";
    const asked = [...this.#asked(face), ...this.#references(face)];
    const [best, ...others] = face.people;
    if (!best) {
      const words = text(answer.notice ? "unknown" : "nobody");
      const heading = make("h2", { class: "nobody" }, words);
      this.#matches.replaceChildren(...asked, heading);
      this.#headingsTakeFocus();
      announce(words);
      return;
    }
    const said = hints(face);
    this.#matches.replaceChildren(
      ...asked,
      asked.length ? make("h2", { class: "others-title" }, text("best_anyway")) : "",
      this.#hero(face, best),
      ...this.#others(face, others),
    );
    const hint = hintLine(said);
    if (hint) this.#matches.prepend(hint);
    this.#headingsTakeFocus();
    const answered = text("announce", { name: named(best.name).text, words: words(best.score) });
    announce([answered, ...said].join(" "));
    this.#report(face, best);
  }

  /**
   * Let whatever is shown beside a result know of it.
   * @param {RankedFace} face
   * @param {RankedPerson} best
   */
  #report(face, best) {
    const { gender } = this.#filters.value;
    const detail = { photo: this.#now.question.photo, face, best, gender };
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
      this.watched.narrowed(answer);
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
    this.watched.saw(best);
    const eyebrow = title(best.score, this.#filters.value);
    const hero = this.#toldOf(face, best, eyebrow, standingText(face.standing));
    hero.classList.add("card", "hero");
    return hero;
  }

  /**
   * @param {RankedFace} face
   * @param {ComparedPerson} person
   * @param {string} eyebrow
   * @param {string} [headline]
   */
  #toldOf(face, person, eyebrow, headline) {
    return toldOf(person, {
      own: this.#ownHalf(face),
      eyebrow,
      headline,
      explain: () => this.#explain(face, person),
      actions: [this.#shareButton(face, person)],
    });
  }

  /** The one whom the user wanted to be compared with. @param {RankedFace} face */
  #asked(face) {
    if (!face.person) return [];
    const asked = this.#toldOf(face, face.person, text("asked"));
    asked.classList.add("card", "compared", "asked");
    return [asked];
  }

  /** @param {RankedFace} face */
  #references(face) {
    const { answer, question } = this.#now;
    const { photo, reference } = question;
    if (!reference) return [];
    return face.references.map((score, place) => {
      const { photo: size, faces } = answer.references[place];
      const name = text("reference.who");
      const other = { ...alignedTile(reference, size, faces[0], text("reference.face")), name };
      const compared = told({
        own: this.#ownHalf(face),
        other,
        score,
        eyebrow: text("reference.title"),
        heading: [make("h2", { class: "compared-words" }, headline(score))],
        explain: () => explainLikeness(photo, face.index, { reference }),
        notes: [
          unsure(score, face, faces[0]),
          faces.length > 1 ? make("p", { class: "fineprint" }, text("reference.several")) : null,
        ],
        actions: [this.#pairButton(face, other, score)],
      });
      compared.classList.add("card", "compared");
      compared.setAttribute("aria-label", text("reference.label"));
      return compared;
    });
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson[]} others
   */
  #others(face, others) {
    if (!others.length) return [];
    const large = others.slice(0, LARGE - 1).map((person) => {
      return runnerUp(person, this.#ownHalf(face).tile, () => this.#open(face, person));
    });
    const rest = others.slice(LARGE - 1);
    return [
      make("h2", { class: "others-title" }, text("others")),
      ...(face.order === "look" ? [make("p", { class: "others-order" }, text("by_look"))] : []),
      make("ol", { class: "runners" }, ...large),
      ...(rest.length ? [this.#more(face, rest)] : []),
    ];
  }

  /**
   * The rest, drawn when they are asked for.
   * @param {RankedFace} face
   * @param {RankedPerson[]} rest
   */
  #more(face, rest) {
    const open = () => {
      const rows = rest.map((person) => row(person, () => this.#open(face, person)));
      const list = make("ol", { class: "people", start: LARGE + 1 }, ...rows);
      button.replaceWith(list);
      find("button", HTMLButtonElement, list).focus();
    };
    const options = { type: "button", class: "button secondary people-more", onclick: open };
    const button = make("button", options, text("more", { count: rest.length }));
    return button;
  }

  /**
   * @param {RankedFace} face
   * @param {RankedPerson} person
   */
  #open(face, person) {
    this.watched.saw(person);
    this.#dialog.show(this.#toldOf(face, person, text("rank", { rank: person.rank })));
  }

  /**
   * Cards show our own score.
   * @param {RankedFace} face
   * @param {ComparedPerson} person
   */
  #shareButton(face, person) {
    if (person.score.aws) return null;
    return this.#button(async () => {
      const { shareForm } = await import("./share.js");
      this.#dialog.show(shareForm(this.#now.question.photo, face.index, person, this.#filters.value));
    });
  }

  /**
   * Of two photos of the user's own, the card is made here.
   * @param {RankedFace} face
   * @param {import("./stage.js").Half} other
   * @param {import("./api.js").Score} score
   */
  #pairButton(face, other, score) {
    if (score.aws) return null;
    return this.#button(async () => {
      const { cardForm } = await import("./homecard.js");
      const faces = [this.#ownHalf(face), other];
      this.#dialog.show(cardForm({ title: headline(score), faces, lines: [words(score)] }));
    });
  }

  /** @param {() => void} open */
  #button(open) {
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
   * @param {ComparedPerson} person
   */
  #explain(face, { id, collection }) {
    return explainLikeness(this.#now.question.photo, face.index, { person: id, collection });
  }

  /** @param {RankedFace} face */
  #ownHalf(face) {
    const { answer, question } = this.#now;
    const own = alignedTile(question.photo, answer.photo, face, text("faces.your_face"));
    return { ...own, name: text("faces.me") };
  }
}
