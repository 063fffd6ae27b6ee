// @ts-check
/** Adding somebody to a gallery of one's own, for who holds the admin token. */

import { Alert } from "./alert.js";
import { at } from "./api.js";
import { find } from "./dom.js";
import { openPicture, release } from "./picture.js";
import { Problem } from "./problem.js";
import { text } from "./texts.js";
import { post } from "./upload.js";

/** @typedef {import("./upload.js").Field} Field */

const KEY = "admin-token";

const form = find("#adding", HTMLFormElement);
const token = find("[name=token]", HTMLInputElement, form);
const button = find("button", HTMLButtonElement, form);
const added = find("#added", HTMLElement);
const alertBox = new Alert();

try {
  token.value = sessionStorage.getItem(KEY) ?? "";
} catch {
  // storage is switched off: the token is typed every time
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  alertBox.hide();
  added.textContent = "";
  button.disabled = true;
  try {
    const name = await add(new FormData(form));
    added.textContent = text("people.added", { name });
    form.reset();
  } catch (error) {
    alertBox.show(error);
  } finally {
    button.disabled = false;
  }
});

/**
 * @param {FormData} given
 * @returns {Promise<string>} the name of who was added
 */
async function add(given) {
  const name = String(given.get("name_ko") || given.get("name_en") || "");
  if (!name) throw new Problem("name-wanting");
  const facts = ["name_ko", "name_en", "collection"].map((key) => [key, String(given.get(key))]);
  const files = given.getAll("photos").flatMap((each) => (each instanceof File ? [each] : []));
  const pictures = await Promise.all(files.map(openPicture));
  const photos = pictures.map((each) => ["photos", each]);
  try {
    await send(/** @type {Field[]} */ ([...facts, ...photos]));
  } finally {
    pictures.forEach(release);
  }
  return name;
}

/** @param {Field[]} fields */
async function send(fields) {
  // Programs on the server's own machine may need none.
  const headers = token.value ? { Authorization: `Bearer ${token.value}` } : undefined;
  await post(at("people"), fields, { headers });
  try {
    sessionStorage.setItem(KEY, token.value);
  } catch {
    // storage is switched off
  }
}
