// @ts-check
/** Making and finding elements. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Attributes that are null or false are left out; `onclick` and the like listen.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * One of the drawings at the top of the document.
 * @param {string} name
 */
export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

/**
 * The element that must be there.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [inside]
 * @returns {T}
 */
export function find(selector, type, inside = document) {
  const element = inside.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`No ${type.name} at ${selector}`);
  return element;
}

/**
 * Have photos taken when they are chosen; also those that were before this script was there.
 * @param {HTMLInputElement} input
 * @param {() => void} take
 */
export function onChosen(input, take) {
  input.addEventListener("change", take);
  // Once whoever made us listens too.
  if (input.files?.length) queueMicrotask(take);
}

/** Tell users of screen readers, without moving the focus. @param {string} message */
export function announce(message) {
  find("#status", HTMLElement).textContent = message;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
