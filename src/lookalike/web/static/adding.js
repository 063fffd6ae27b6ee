// @ts-check
/** Adding somebody to a gallery of one's own, for who holds the admin token. */

import { Admin, Unlike } from "./admin.js";
import { Alert } from "./alert.js";
import { find, make } from "./dom.js";
import { openPicture } from "./picture.js";
import { Problem } from "./problem.js";
import { text } from "./texts.js";

const form = find("#adding", HTMLFormElement);
const button = find("button", HTMLButtonElement, form);
const added = find("#added", HTMLElement);
const question = find("#namesakes", HTMLElement);
const admin = new Admin(find("[name=token]", HTMLInputElement, form));
const alertBox = new Alert();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt({});
});

/**
 * Add who is in the form, and say to whom it was.
 * @param {{ to?: string, new?: string }} decided where somebody of that name has another face
 */
async function attempt(decided) {
  alertBox.hide();
  added.textContent = "";
  question.hidden = true;
  button.disabled = true;
  try {
    added.textContent = await add(new FormData(form), decided);
    form.reset();
    admin.recall();
  } catch (error) {
    if (error instanceof Unlike) ask(error);
    else alertBox.show(error);
  } finally {
    button.disabled = false;
  }
}

/**
 * @param {FormData} given
 * @param {{ to?: string, new?: string }} decided
 * @returns {Promise<string>} what was done
 */
async function add(given, decided) {
  const name = String(given.get("name_ko") || given.get("name_en") || "");
  if (!name) throw new Problem("name-wanting");
  const fields = new FormData();
  for (const key of ["name_ko", "name_en", "collection"]) {
    if (given.get(key)) fields.append(key, String(given.get(key)));
  }
  for (const [key, value] of Object.entries(decided)) fields.append(key, value);
  for (const file of given.getAll("photos")) {
    if (file instanceof File) fields.append("photos", (await openPicture(file)).blob, "photo");
  }
  const done = await admin.ask("POST", "people", fields);
  if (done.new) return text("people.added", { name });
  return text(done.added ? "manage.added" : "manage.nothing_new", { name, count: done.added });
}

/** @param {Unlike} unlike */
function ask(unlike) {
  const choices = unlike.people.map(({ id, name }) => [
    text("manage.to", { name, id }),
    () => attempt({ to: id }),
  ]);
  choices.push([text("manage.other"), () => attempt({ new: "true" })]);
  question.replaceChildren(
    make("p", {}, text("manage.namesake", { name: unlike.people[0]?.name ?? "" })),
    ...choices.map(([words, onclick]) =>
      make("button", { type: "button", class: "button secondary", onclick }, String(words)),
    ),
  );
  question.hidden = false;
}
