// @ts-check
/** Photos that arrive by drag and drop or by pasting, anywhere on the page. */

/** @typedef {import("./slot.js").Slot} Slot */

/**
 * @param {Slot} photo takes whatever is not aimed at the other one
 * @param {Slot} reference
 * @param {() => boolean} welcome whether a photo may be put now
 */
export function receivePhotos(photo, reference, welcome) {
  /**
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  const take = (event, data) => {
    const file = [...(data?.files ?? [])][0];
    if (!file || !welcome()) return;
    event.preventDefault();
    const target = event.target instanceof Node ? event.target : null;
    const slot = reference.element.contains(target) ? reference : photo;
    slot.put(file);
  };
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  // Without these two the browser would leave the page to show the file.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event, event.dataTransfer);
  });
}
