// @ts-check
/**
 * The page of a shared result: whoever holds the token, which stands behind the # of the address and
 * so is never sent with it, may delete the result.
 */

const token = new URLSearchParams(location.hash.slice(1)).get("delete");
const button = /** @type {HTMLButtonElement} */ (document.getElementById("delete"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

async function remove() {
  button.disabled = true;
  said.textContent = button.dataset.deleting ?? "";
  const done = await ask();
  said.textContent = (done ? button.dataset.deleted : button.dataset.failed) ?? "";
  button.disabled = false;
  if (!done) return;
  button.hidden = true;
  // With what chooses its shape: alone it would ask for another, which is gone.
  document.querySelector(".shared-card")?.closest("picture")?.remove();
  history.replaceState(null, "", location.pathname);
}

/** Whether it is gone; one that was deleted already is. */
async function ask() {
  try {
    const answer = await fetch(button.dataset.address ?? "", {
      method: "DELETE",
      headers: { "X-Delete-Token": token ?? "" },
    });
    return answer.ok || answer.status === 404;
  } catch {
    return false;
  }
}

button.hidden = !token;
button.addEventListener("click", remove);
