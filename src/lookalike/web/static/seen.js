// @ts-check
/** People who were looked at in this visit, each a way to their page. */

import { make } from "./dom.js";
import { named, page, text } from "./texts.js";

/** @param {import("./visit.js").Seen[]} people */
export function seen(people) {
  if (!people.length) return [];
  const links = people.map(({ id, name }) => {
    const href = `${page.root}/people/${encodeURIComponent(id)}`;
    return make("li", {}, make("a", { class: "seen", href }, named(name).text));
  });
  return [make("h2", {}, text("earlier.people")), make("ul", { class: "seen-people" }, ...links)];
}
