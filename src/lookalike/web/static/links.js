// @ts-check
/** Links that leave the page. */

import { icon, make } from "./dom.js";
import { page, text } from "./texts.js";

/** @typedef {import("./api.js").Person} Person */

/**
 * A link that opens beside the page; null when the address is not one of the web.
 * @param {string | null} url whoever made a gallery wrote it
 * @param {...(Node | string)} content
 */
export function webLink(url, ...content) {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  const link = make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...content);
  link.setAttribute("aria-label", text("links.new_tab", { label: link.textContent ?? "" }));
  return link;
}

/**
 * A person's links, those in the page's language first.
 * @param {Person} person
 * @param {number} [most]
 */
export function personLinks(person, most = Infinity) {
  const own = `wikipedia-${page.language}`;
  const sorted = [...person.links].sort((a, b) => Number(b.kind === own) - Number(a.kind === own));
  const list = make("ul", { class: "links" });
  for (const { kind, url } of sorted.slice(0, most)) {
    const link = webLink(url, labelOf(kind, url), icon("out"));
    if (link) list.append(make("li", {}, link));
  }
  return list;
}

/**
 * @param {string} kind
 * @param {string} url
 */
function labelOf(kind, url) {
  const label = text(`links.${kind}`);
  if (label !== `links.${kind}`) return label;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, "") : url;
}
