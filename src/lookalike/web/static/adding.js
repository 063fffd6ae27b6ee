// @ts-check
/** Adding somebody to a gallery of one's own, for who holds the admin token. */

import { Admin, creditOf, tellChange, withWarnings } from "./admin.js";
import { Alert } from "./alert.js";
import { find, make } from "./dom.js";
import { Problem } from "./problem.js";
import { text } from "./texts.js";

/** @typedef {import("./upload.js").Field} Field */

const form = find("#adding", HTMLFormElement);
const button = find("button", HTMLButtonElement, form);
const added = find("#added", HTMLElement);
const question = find("#namesakes", HTMLElement);
const { collection = "" } = find("#admin", HTMLElement).dataset;
const admin = new Admin(find("#token", HTMLInputElement));
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
    tellChange();
  } catch (error) {
    if (error instanceof Problem && error.code === "unlike") ask(error.people);
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
  const facts = ["name_ko", "name_en"].map((key) => [key, String(given.get(key))]);
  const all = [...facts, ["collection", collection], ...Object.entries(decided)];
  const fields = [.../** @type {Field[]} */ (all), ...creditOf(given)];
  const done = await admin.add("people", given.getAll("photos"), fields);
  const there = done.added ? "manage.added" : "manage.nothing_new";
  const said = text(done.new ? "people.added" : there, { name, count: done.added });
  return withWarnings(said, done.warnings);
}

/** @param {import("./problem.js").KnownPerson[]} people who is there */
function ask(people) {
  const choices = people.map(({ id, name }) => [
    text("manage.to", { name, id }),
    () => attempt({ to: id }),
  ]);
  choices.push([text("manage.other"), () => attempt({ new: "true" })]);
  question.replaceChildren(
    make("p", {}, text("manage.namesake", { name: people[0]?.name ?? "" })),
    ...choices.map(([words, onclick]) =>
      make("button", { type: "button", class: "button secondary", onclick }, String(words)),
    ),
  );
  question.hidden = false;
}
