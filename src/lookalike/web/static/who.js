// @ts-check
/** Somebody's page: they are remembered for the visit, and who was looked at before is shown. */

import { find } from "./dom.js";
import { seen } from "./seen.js";
import * as visit from "./visit.js";

const place = find("#earlier", HTMLElement);
const person = JSON.parse(place.dataset.person ?? "null");
const before = visit.people().filter(({ id }) => id !== person.id);
place.replaceChildren(...seen(before));
visit.saw(person);
