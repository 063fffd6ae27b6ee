// @ts-check
/** A link to a result: made, and anything stored, only when its button is pressed. */

import { advice, problemFrom } from "./alert.js";
import { at } from "./api.js";
import { announce, make } from "./dom.js";
import { share } from "./giving.js";
import { Problem } from "./problem.js";
import { postAddress, wayOut } from "./sending.js";
import { lookUp, page, text } from "./texts.js";
import { post } from "./upload.js";

/** @typedef {import("./upload.js").Field} Field */
/** @typedef {{ id: string, url: string, expires: string, delete_token: string }} Link */

const DEFAULT_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * @param {() => Field[]} fields
 * @param {HTMLInputElement} include whether the face is on the card
 * @param {string} said goes with the link
 */
export function linkPart(fields, include, said) {
  const days = daySelect();
  const keep = faceConsent(include, days);
  const place = make("div", { class: "link-place", role: "status" });
  const create = async () => {
    place.replaceChildren();
    const face = include.checked && keep.box.checked;
    /** @type {Field[]} */
    const how = [
      ["days", days.value],
      ["include_photo", face],
      ["keep_face", face],
    ];
    try {
      const link = await post(at("results"), [...fields(), ...how]);
      place.replaceChildren(...linkMade(link, place, said));
    } catch (error) {
      place.replaceChildren(make("div", { class: "alert" }, ...advice(problemFrom(error))));
    }
  };
  return make(
    "details",
    { class: "link-part" },
    make("summary", {}, text("share.link_title")),
    make("p", { class: "fineprint" }, text("share.link_text")),
    keep.element,
    make(
      "div",
      { class: "link-row" },
      make("label", {}, make("span", { class: "unseen" }, text("share.days")), days),
      action("share.link_go", create),
    ),
    place,
  );
}

function daySelect() {
  const options = lookUp("share.day_options").map((/** @type {[number, string]} */ [days, words]) =>
    make("option", { value: days, selected: days === DEFAULT_DAYS }, words),
  );
  return make("select", { name: "days" }, ...options);
}

/**
 * Asked apart and never ticked for anybody: without it the card of the link shows no face.
 * @param {HTMLInputElement} include
 * @param {HTMLSelectElement} days
 */
function faceConsent(include, days) {
  const box = make("input", { type: "checkbox", name: "keep_face" });
  const words = make("span", {});
  const element = make(
    "div",
    { class: "link-consent" },
    make("label", { class: "tick" }, box, words),
    make("p", { class: "fineprint" }, text("share.keep_face_not")),
  );
  const show = () => {
    const until = new Date(Date.now() + Number(days.value) * DAY_MS);
    words.textContent = text("share.keep_face", { date: dated(until) });
    element.hidden = !include.checked;
  };
  days.addEventListener("change", () => {
    box.checked = false; // it was given for another time
    show();
  });
  include.addEventListener("change", show);
  show();
  return { element, box };
}

/**
 * @param {Link} link
 * @param {HTMLElement} place
 * @param {string} said
 */
function linkMade(link, place, said) {
  const url = new URL(link.url, location.href).href;
  const field = address("share.link", url);
  const copying = action("share.copy", async () => {
    await copied(field);
    announce(text("share.copied"));
    copying.textContent = text("share.copied");
  });
  const out = wayOut(url);
  const sent = { class: "button secondary", target: "_blank", rel: "noopener" };
  return [
    make("div", { class: "link-row" }, field, copying),
    make("p", { class: "fineprint" }, text("share.until", { date: dated(new Date(link.expires)) })),
    make(
      "div",
      { class: "share-ways" },
      "share" in navigator ? action("share.send_link", () => share({ text: said, url })) : null,
      make("a", { ...sent, href: postAddress(said, url) }, text("share.post")),
      out ? make("a", { class: "button secondary", href: out }, text("share.outside")) : null,
    ),
    make(
      "details",
      { class: "fineprint" },
      make("summary", {}, text("share.owner")),
      make("p", {}, text("share.owner_text")),
      address("share.owner", `${url}#delete=${link.delete_token}`),
    ),
    action("share.delete", () => remove(link, place), "quiet"),
  ];
}

/**
 * @param {Link} link
 * @param {HTMLElement} place
 */
async function remove(link, place) {
  const headers = { "X-Delete-Token": link.delete_token };
  const path = at(`results/${encodeURIComponent(link.id)}`);
  const answer = await fetch(path, { method: "DELETE", headers }).catch(() => null);
  const words = answer?.ok
    ? [make("p", {}, text("share.deleted"))]
    : [make("div", { class: "alert" }, ...advice(new Problem("network")))];
  place.replaceChildren(...words);
}

/** Browsers inside apps may know only the old way. @param {HTMLInputElement} field */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy");
  }
}

/**
 * @param {string} label
 * @param {string} value
 */
function address(label, value) {
  const attributes = { type: "text", readonly: true, value, "aria-label": text(label) };
  const field = make("input", attributes);
  field.addEventListener("focus", () => field.select());
  return field;
}

/**
 * @param {string} key
 * @param {() => unknown} onclick
 */
function action(key, onclick, kind = "secondary") {
  return make("button", { type: "button", class: `button ${kind}`, onclick }, text(key));
}

/** @param {Date} date */
const dated = (date) => date.toLocaleDateString(page.language, { dateStyle: "long" });
