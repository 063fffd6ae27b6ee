// @ts-check
/** Sharing: a card to send or save, and a link only for those who ask for one. */

import { advice, problemFrom } from "./alert.js";
import { at } from "./api.js";
import { announce, icon, make } from "./dom.js";
import { Problem } from "./problem.js";
import { lookUp, named, page, text } from "./texts.js";
import { ask, post } from "./upload.js";

/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./upload.js").Field} Field */
/** @typedef {"tall" | "wide"} Shape */
/** @typedef {{ id: string, url: string, expires: string, delete_token: string }} Link */

const DEFAULT_DAYS = 7;

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
  /** @type {() => Field[]} */
  const fields = () => [
    ["photo", photo],
    ["face", face],
    ["person", person.id],
    ["collection", person.collection],
    ["lang", page.language],
    ["include_photo", include.checked],
  ];
  const card = new Card(fields, named(person.name).text);
  include.addEventListener("change", () => card.make());
  form.append(
    card.element,
    shapes((shape) => card.make(shape)),
    make("label", { class: "tick" }, include, make("span", {}, text("share.include"))),
    card.button,
    linkPart(fields),
  );
  card.make();
  return form;
}

/** A card that is made anew whenever something about it changes. */
class Card {
  #shape = /** @type {Shape} */ ("tall");
  /** @type {File | null} */
  #file = null;
  /** @type {AbortController | null} */
  #making = null;

  /**
   * @param {() => Field[]} fields
   * @param {string} name
   */
  constructor(fields, name) {
    this.fields = fields;
    this.name = name;
    this.image = make("img", { alt: text("share.card"), hidden: true });
    this.note = make("p", { class: "card-note" });
    this.element = make("div", { class: "card-preview" }, this.image, this.note);
    this.button = make(
      "button",
      { type: "button", class: "button primary", disabled: true, onclick: () => this.#send() },
      icon("share"),
      make("span", {}, text("share.share")),
    );
  }

  /** @param {Shape} shape */
  async make(shape = this.#shape) {
    this.#shape = shape;
    this.#making?.abort();
    const making = (this.#making = new AbortController());
    this.element.dataset.shape = shape;
    this.button.disabled = true;
    this.note.hidden = false;
    this.note.textContent = text("share.making");
    try {
      const { signal } = making;
      this.#show(await ask(at("cards"), [...this.fields(), ["shape", shape]], { signal }));
    } catch (error) {
      if (making.signal.aborted) return;
      this.image.hidden = true;
      this.note.replaceChildren(...advice(problemFrom(error)));
    }
  }

  /** @param {Blob} blob */
  #show(blob) {
    this.#file = new File([blob], text("share.file"), { type: "image/png" });
    URL.revokeObjectURL(this.image.src);
    this.image.src = URL.createObjectURL(blob);
    this.image.hidden = false;
    this.note.hidden = true;
    this.button.disabled = false;
    const label = /** @type {HTMLElement} */ (this.button.lastElementChild);
    label.textContent = text(sendable(this.#file) ? "share.share" : "share.save");
  }

  /** To other apps where the browser can, else to the folder of downloads. */
  async #send() {
    const file = this.#file;
    if (!file) return;
    if (!sendable(file)) {
      make("a", { href: this.image.src, download: file.name }).click();
      return;
    }
    try {
      await navigator.share({ files: [file], text: text("share.text", { name: this.name }) });
    } catch (error) {
      // Closing the system's sheet is not a failure.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }
}

/** @param {File} file */
const sendable = (file) => navigator.canShare?.({ files: [file] }) ?? false;

/** @param {(shape: Shape) => void} choose */
function shapes(choose) {
  const option = (/** @type {Shape} */ shape) => {
    const input = make("input", { type: "radio", name: "shape", value: shape, class: "unseen" });
    input.checked = shape === "tall";
    input.addEventListener("change", () => choose(shape));
    return make("label", {}, input, make("span", {}, text(`share.${shape}`)));
  };
  return make(
    "fieldset",
    { class: "choices" },
    make("legend", { class: "unseen" }, text("share.shape")),
    option("tall"),
    option("wide"),
  );
}

/** A link is made, and anything stored, only when its button is pressed. @param {() => Field[]} fields */
function linkPart(fields) {
  const options = lookUp("share.day_options").map((/** @type {[number, string]} */ [days, words]) =>
    make("option", { value: days, selected: days === DEFAULT_DAYS }, words),
  );
  const days = make("select", { name: "days" }, ...options);
  const place = make("div", { class: "link-place", role: "status" });
  const create = async () => {
    place.replaceChildren();
    try {
      const link = await post(at("results"), [...fields(), ["days", days.value]]);
      place.replaceChildren(...linkMade(link, place));
    } catch (error) {
      place.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
    }
  };
  return make(
    "details",
    { class: "link-part" },
    make("summary", {}, text("share.link_title")),
    make("p", { class: "fineprint" }, text("share.link_text")),
    make(
      "div",
      { class: "link-row" },
      make("label", {}, make("span", { class: "unseen" }, text("share.days")), days),
      make(
        "button",
        { type: "button", class: "button secondary", onclick: create },
        text("share.link_go"),
      ),
    ),
    place,
  );
}

/**
 * @param {Link} link
 * @param {HTMLElement} place
 */
function linkMade(link, place) {
  const url = new URL(link.url, location.href).href;
  const field = make("input", {
    type: "text",
    readonly: true,
    value: url,
    "aria-label": text("share.link"),
    onfocus: () => field.select(),
  });
  const until = new Date(link.expires).toLocaleDateString(page.language, { dateStyle: "long" });
  const owner = make("input", {
    type: "text",
    readonly: true,
    value: `${url}#delete=${link.delete_token}`,
    "aria-label": text("share.owner"),
    onfocus: () => owner.select(),
  });
  const copy = async () => {
    await navigator.clipboard.writeText(url);
    announce(text("share.copied"));
    copying.textContent = text("share.copied");
  };
  const remove = async () => {
    const headers = { "X-Delete-Token": link.delete_token };
    const path = at(`results/${encodeURIComponent(link.id)}`);
    const answer = await fetch(path, { method: "DELETE", headers }).catch(() => null);
    const words = answer?.ok
      ? [make("p", {}, text("share.deleted"))]
      : [make("div", { class: "alert" }, ...advice(new Problem("network")))];
    place.replaceChildren(...words);
  };
  const copying = make(
    "button",
    { type: "button", class: "button secondary", onclick: copy },
    text("share.copy"),
  );
  return [
    make("div", { class: "link-row" }, field, copying),
    make("p", { class: "fineprint" }, text("share.until", { date: until })),
    make(
      "details",
      { class: "fineprint" },
      make("summary", {}, text("share.owner")),
      make("p", {}, text("share.owner_text")),
      owner,
    ),
    make(
      "button",
      { type: "button", class: "button quiet", onclick: remove },
      text("share.delete"),
    ),
  ];
}
