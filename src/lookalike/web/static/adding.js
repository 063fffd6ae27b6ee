// @ts-check
/** Adding somebody to a gallery of one's own, for who holds the admin token. */

import { Alert } from "./alert.js";
import { at } from "./api.js";
import { find } from "./dom.js";
import { openPicture } from "./picture.js";
import { Problem, problemOf } from "./problem.js";
import { text } from "./texts.js";

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
  const fields = new FormData();
  for (const key of ["name_ko", "name_en", "collection"]) {
    if (given.get(key)) fields.append(key, String(given.get(key)));
  }
  for (const file of given.getAll("photos")) {
    if (file instanceof File) fields.append("photos", (await openPicture(file)).blob, "photo");
  }
  await send(fields);
  return name;
}

/** @param {FormData} body */
async function send(body) {
  const headers = new Headers();
  // Programs on the server's own machine may need none.
  if (token.value) headers.set("Authorization", `Bearer ${token.value}`);
  const answer = await fetch(at("people"), { method: "POST", headers, body }).catch(() => {
    throw new Problem("network");
  });
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
  try {
    sessionStorage.setItem(KEY, token.value);
  } catch {
    // storage is switched off
  }
}
