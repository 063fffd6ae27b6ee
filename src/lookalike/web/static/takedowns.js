// @ts-check
/** The receipts of takedowns, and undoing one. */

import { Admin, Work } from "./admin.js";
import { find, make } from "./dom.js";
import { page, text } from "./texts.js";

const token = find("#token", HTMLInputElement);
const list = find("#receipts", HTMLElement);
const admin = new Admin(token);
const work = new Work(list);

async function load() {
  const { takedowns } = await admin.ask("GET", "takedowns");
  list.replaceChildren(...takedowns.map(receipt));
  return takedowns.length ? "" : text("manage.no_takedowns");
}

/** @param {{ id: string, name: string, person: string, reason: string, at: string, undone: string | null }} one */
function receipt({ id, name, person, reason, at, undone }) {
  const day = (/** @type {string} */ when) => new Date(when).toLocaleDateString(page.language);
  const label = `${text("manage.undo")}: ${name} (${id})`;
  const undo = () =>
    work.do(async () => {
      const done = await admin.ask("POST", `takedowns/${encodeURIComponent(id)}/undo`);
      await load();
      const back = done.back.length > 0;
      return text(back ? "manage.undone_back" : "manage.undone", { name });
    });
  return make(
    "li",
    {},
    make(
      "span",
      {},
      make("strong", {}, name),
      ` (${person}) · ${day(at)} · `,
      make("code", {}, id),
      reason && ` · ${reason}`,
    ),
    undone
      ? make("span", {}, text("manage.undone_on", { date: day(undone) }))
      : make(
          "button",
          { type: "button", class: "button quiet", "aria-label": label, onclick: undo },
          text("manage.undo"),
        ),
  );
}

token.addEventListener("change", () => work.do(load));
work.do(load);
