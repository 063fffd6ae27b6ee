// @ts-check
/** What was looked at before in this visit: results side by side, people, and a way to forget them. */

import { icon, make } from "./dom.js";
import { alignedTile } from "./faces.js";
import { portrait } from "./portrait.js";
import { words } from "./score.js";
import { seen } from "./seen.js";
import { named, text } from "./texts.js";
import * as visit from "./visit.js";

/**
 * @param {string | null} shown the result that is on show
 * @param {(id: string) => void} open
 * @param {() => void} forgot
 * @returns {Promise<HTMLElement>} hidden where nothing is kept
 */
export async function earlier(shown, open, forgot) {
  const section = make("section", { class: "earlier", "aria-label": text("earlier.title") });
  const ids = visit.results();
  section.hidden = !ids.length;
  if (ids.length > 1) {
    const cards = await Promise.all(ids.map((id) => result(id, id === shown, open)));
    section.append(
      make("h2", {}, text("earlier.title")),
      make("ol", { class: "earlier-results" }, ...cards),
    );
  }
  const people = visit.people();
  section.append(...seen(people.length > 1 ? people : []), keeping(section, forgot));
  return section;
}

/**
 * The user's face and who came out.
 * @param {string} id
 * @param {boolean} current
 * @param {(id: string) => void} open
 */
async function result(id, current, open) {
  const kept = await visit.open(id);
  if (!kept) return null;
  const { answer, question } = kept;
  const [face] = answer.faces;
  // Nobody is named beside a cat.
  const best = face.coverage?.human === false ? undefined : face.people[0];
  const { tile } = alignedTile(question.photo, answer.photo, face, "", 160);
  const name = best ? named(best.name).text : "";
  const other = best ? portrait(best, true).tile : null;
  const faces = make("span", { class: "earlier-faces", "aria-hidden": "true" }, tile, other);
  const label = best
    ? text("earlier.open", { name, words: words(best.score) })
    : text("joke.title");
  return make(
    "li",
    {},
    make(
      "button",
      {
        type: "button",
        class: "earlier-result",
        "aria-label": label,
        "aria-current": current && "true",
        onclick: () => open(id),
      },
      faces,
      make("b", {}, best ? name : text("joke.title")),
      best ? make("small", {}, words(best.score)) : null,
    ),
  );
}

/**
 * @param {HTMLElement} section
 * @param {() => void} forgot
 */
function keeping(section, forgot) {
  const forget = () => {
    visit.forget();
    section.replaceChildren(make("p", { class: "fineprint", role: "status" }, text("earlier.forgotten")));
    forgot();
  };
  return make(
    "p",
    { class: "fineprint earlier-kept" },
    icon("lock"),
    make("span", {}, text("earlier.kept")),
    make("button", { type: "button", class: "button quiet", onclick: forget }, text("earlier.forget")),
  );
}
