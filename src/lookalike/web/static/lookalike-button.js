// @ts-check
/**
 * `<lookalike-button>`: a button for other web sites. It opens the page in a frame, and tells the
 * page around it what came of that: docs/embedding.md.
 *
 * A classic script, so that it loads from another origin as it is.
 */

(() => {
  const script = document.currentScript;
  const own = script instanceof HTMLScriptElement ? script.src : location.href;
  // Of `/static/lookalike-button.js`, below whatever path the server is at.
  const HOME = new URL("../", own).href;
  // Milliseconds that the page in the frame has to say that it may be shown here.
  const PATIENCE = 5000;

  const WORDS = {
    ko: {
      label: "닮은 유명인 찾기",
      close: "닫기",
      apart: "새 창에서 열기",
      refused: "이 사이트에서는 열 수 없어요.",
    },
    en: {
      label: "Find my look-alike",
      close: "Close",
      apart: "Open in a new window",
      refused: "It can’t be opened on this site.",
    },
  };

  const STYLE = `
    :host { display: inline-block }
    :host([hidden]) { display: none }
    button, a { font: inherit }
    .open {
      cursor: pointer; border: 0; border-radius: 999px; padding: .7em 1.3em; font-weight: 600;
      background: var(--lookalike-accent, #5b3fd6); color: var(--lookalike-on-accent, #fff);
    }
    .open:focus-visible, .close:focus-visible { outline: 3px solid currentColor; outline-offset: 2px }
    dialog {
      border: 0; padding: 0; border-radius: 16px; overflow: hidden; background: #fff; color: #1c1930;
      width: min(100vw, 30rem); height: min(100dvh, 54rem); max-width: 100vw; max-height: 100dvh;
    }
    dialog[open] { display: grid; grid-template-rows: auto auto 1fr }
    dialog::backdrop { background: rgb(0 0 0 / .55) }
    .bar { display: flex; justify-content: flex-end; padding: 4px }
    .close { min-width: 44px; min-height: 44px; border: 0; border-radius: 50%; background: none; color: inherit; cursor: pointer; font-size: 20px }
    .refused { margin: 0; padding: 0 16px 16px }
    .refused[hidden] { display: none }
    iframe { grid-row: 3; border: 0; width: 100%; height: 100% }
    @media (max-width: 30rem) { dialog { border-radius: 0; height: 100dvh } }
  `;

  /**
   * Attributes: `server` (where Lookalike is; by default where this script is from), `lang`
   * (`ko` or `en`; by default that of the page). Its text stands on the button.
   */
  class LookalikeButton extends HTMLElement {
    /** @type {HTMLDialogElement | null} while the frame is open */
    #dialog = null;
    #root = this.attachShadow({ mode: "open", delegatesFocus: true });
    #onMessage = (/** @type {MessageEvent} */ event) => this.#hear(event);

    connectedCallback() {
      if (this.#root.firstChild) return;
      // Unlike a style element it stands under every Content-Security-Policy.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
      const button = made("button", { type: "button", class: "open", part: "button" });
      const slot = document.createElement("slot");
      slot.textContent = this.#words.label;
      button.append(slot);
      button.addEventListener("click", () => this.open());
      this.#root.append(button);
    }

    disconnectedCallback() {
      this.close();
    }

    /** Opens the frame, as the button does. */
    open() {
      if (this.#dialog) return;
      const dialog = (this.#dialog = document.createElement("dialog"));
      dialog.setAttribute("part", "dialog");
      dialog.setAttribute("aria-label", this.#words.label);
      dialog.append(this.#bar(), this.#refusal(), this.#frame());
      dialog.addEventListener("close", () => this.close());
      dialog.addEventListener("click", (event) => event.target === dialog && this.close());
      this.#root.append(dialog);
      window.addEventListener("message", this.#onMessage);
      dialog.showModal();
      this.#tell("open");
    }

    /** Closes it, and forgets whatever is in it. */
    close() {
      if (!this.#dialog) return;
      window.removeEventListener("message", this.#onMessage);
      this.#dialog.remove();
      this.#dialog = null;
      this.#root.querySelector("button")?.focus();
      this.#tell("close");
    }

    get #language() {
      const near = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
      return near.toLowerCase().startsWith("ko") ? "ko" : "en";
    }

    get #words() {
      return WORDS[this.#language];
    }

    /** Where the page is that stands in the frame. */
    get #address() {
      const home = new URL(this.getAttribute("server") || HOME, location.href).href;
      const page = new URL("embed", home.endsWith("/") ? home : `${home}/`);
      page.searchParams.set("lang", this.#language);
      return page;
    }

    #bar() {
      const bar = made("div", { class: "bar" });
      const close = made("button", { type: "button", class: "close", "aria-label": this.#words.close });
      close.textContent = "✕";
      close.addEventListener("click", () => this.close());
      bar.append(close);
      return bar;
    }

    #refusal() {
      const said = made("p", { class: "refused", role: "alert", hidden: "" });
      const away = { href: new URL("./", this.#address).href, target: "_blank", rel: "noopener" };
      const link = made("a", away);
      link.textContent = this.#words.apart;
      said.append(`${this.#words.refused} `, link);
      return said;
    }

    #frame() {
      const address = this.#address;
      const frame = made("iframe", {
        src: address.href,
        title: this.#words.label,
        allow: "camera; clipboard-write; web-share",
        part: "frame",
      });
      frame.addEventListener("load", () => {
        // To whoever is there: where the page was refused, it is nobody of ours.
        frame.contentWindow?.postMessage({ type: "lookalike:hello" }, "*");
        setTimeout(() => this.#expect(frame), PATIENCE);
      });
      return frame;
    }

    /** Say so where the server does not let this site show it. @param {HTMLElement} frame */
    #expect(frame) {
      if (!frame.isConnected || frame.dataset.ready) return;
      const said = this.#dialog?.querySelector(".refused");
      if (said instanceof HTMLElement && said.hidden) {
        said.hidden = false;
        this.#tell("error");
      }
    }

    /** @param {MessageEvent} event */
    #hear({ data, origin, source }) {
      const frame = this.#dialog?.querySelector("iframe");
      if (!frame || source !== frame.contentWindow || origin !== this.#address.origin) return;
      if (data?.type === "lookalike:ready") frame.dataset.ready = "yes";
      else if (data?.type === "lookalike:close") this.close();
      else if (data?.type === "lookalike:result") this.#tell("result", data.result);
    }

    /**
     * @param {"open" | "result" | "close" | "error"} what
     * @param {unknown} [detail]
     */
    #tell(what, detail = null) {
      const options = { detail, bubbles: true, composed: true };
      this.dispatchEvent(new CustomEvent(`lookalike-${what}`, options));
    }
  }

  /**
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag
   * @param {Record<string, string>} attributes
   */
  function made(tag, attributes) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  if (!customElements.get("lookalike-button")) {
    customElements.define("lookalike-button", LookalikeButton);
  }
})();
