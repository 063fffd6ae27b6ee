// @ts-check
/** A photo of ours, to try the page with. */

import { openPicture } from "./picture.js";
import { Problem } from "./problem.js";

/** @param {string} url */
export async function fetchSample(url) {
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) throw new Problem("network");
  return openPicture(await answer.blob());
}
