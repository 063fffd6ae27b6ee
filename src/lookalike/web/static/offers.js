// @ts-check
/** What the event offers beside a result, and the shape of the face for visitors who ask for it. */

import { at } from "./api.js";
import { announce, find, icon, make } from "./dom.js";
import { named, text } from "./texts.js";
import { post } from "./upload.js";

/** @typedef {import("./api.js").RankedFace} RankedFace */
/** @typedef {import("./api.js").RankedPerson} RankedPerson */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./texts.js").Name} Name */
/** @typedef {{ photo: Picture, face: RankedFace, best: RankedPerson, gender?: string }} Chosen */
/** @typedef {{ shape: string | null, why: string | null, again: number | null }} FaceShape */
/**
 * @typedef {object} Offer
 * @property {string} id
 * @property {Name} title
 * @property {Name} text
 * @property {string | null} url
 * @property {{ url: string, width: number, height: number } | null} picture
 */

const section = find("#results", HTMLElement);
/** @type {Map<string, Promise<Offer[]>>} by what was asked: an offer counts as shown once */
const known = new Map();
/** @type {WeakMap<RankedFace, FaceShape>} of faces that visitors asked about */
const shapes = new WeakMap();
const place = make("aside", { class: "offers", "aria-label": text("offers.label") });

/** Show offers beside each result from now on, or beside none. @param {boolean} on */
export function follow(on) {
  if (on) section.addEventListener("chosen", onChosen);
  else section.removeEventListener("chosen", onChosen);
}

/** @param {Event} event */
const onChosen = (event) => show(/** @type {CustomEvent<Chosen>} */ (event).detail);

/** @param {Chosen} chosen */
async function show(chosen) {
  place.replaceChildren();
  find(".hero", HTMLElement, section).after(place);
  const shape = shapes.get(chosen.face);
  const found = await offersFor(chosen, shape?.shape ?? null).catch(() => []);
  const asks = section.dataset.shapes ? shapePart(chosen, shape) : null;
  place.replaceChildren(...found.map(offer), ...(asks ? [asks] : []));
}

/**
 * @param {Chosen} chosen
 * @param {string | null} shape
 */
function offersFor({ best, gender }, shape) {
  const { id, collection, score } = best;
  const resemblance = score.aws ? 0 : score.resemblance;
  const body = JSON.stringify({ person: id, collection, resemblance, gender, shape });
  const found = known.get(body) ?? fetchOffers(body);
  known.set(body, found);
  return found;
}

/**
 * @param {string} body
 * @returns {Promise<Offer[]>}
 */
async function fetchOffers(body) {
  const headers = { "Content-Type": "application/json" };
  // Without them a result is a result.
  const answer = await fetch(at("offers"), { method: "POST", headers, body }).catch(() => null);
  return answer?.ok ? (await answer.json()).offers : [];
}

/** @param {Offer} given */
function offer({ title, text: said, url, picture }) {
  const words = [
    make("span", { class: "tag" }, text("offers.advert")),
    make("strong", { lang: named(title).language }, named(title).text),
    make("span", { lang: named(said).language }, named(said).text),
  ];
  const { width, height } = picture ?? {};
  const image = picture && make("img", { src: picture.url, width, height, alt: "" });
  const inside = [image, make("span", { class: "offer-words" }, ...words)];
  if (!url) return make("div", { class: "card offer" }, ...inside);
  const away = { target: "_blank", rel: "noopener noreferrer nofollow sponsored" };
  return make("a", { class: "card offer", href: url, ...away }, ...inside, icon("out"));
}

/**
 * The shape of the face, or the question whether somebody wants to know it.
 * @param {Chosen} chosen
 * @param {FaceShape | undefined} shape
 */
function shapePart(chosen, shape) {
  const said = make("div", { class: "card offer-shape" });
  if (shape) {
    said.append(...shapeWords(shape));
    return said;
  }
  const ask = async () => {
    button.disabled = true;
    button.textContent = text("offers.asking");
    try {
      const fields = /** @type {import("./upload.js").Field[]} */ ([
        ["photo", chosen.photo],
        ["face", chosen.face.index],
      ]);
      shapes.set(chosen.face, await post(at("face-shape"), fields));
      if (!place.contains(said)) return;
      await show(chosen);
      tell();
    } catch {
      said.replaceChildren(make("p", {}, text("offers.failed")));
    }
  };
  const button = make(
    "button",
    { type: "button", class: "button secondary", onclick: ask },
    text("offers.ask"),
  );
  said.append(button, make("p", { class: "fineprint" }, text("offers.ask_note")));
  return said;
}

/** The button that was pressed is gone: go to what it brought, and say it. */
function tell() {
  const said = find(".offer-shape", HTMLElement, place);
  said.tabIndex = -1;
  said.focus({ preventScroll: true });
  announce(said.textContent ?? "");
}

/** @param {FaceShape} found */
function shapeWords({ shape, why, again }) {
  if (!shape) return [make("p", {}, text(`offers.${why}`))];
  const values = { shape: text(`offers.shapes.${shape}`), count: Math.round((again ?? 0) * 100) };
  return [
    make("p", {}, make("strong", {}, text("offers.shape", values))),
    make("p", { class: "fineprint" }, text("offers.again", values)),
  ];
}
