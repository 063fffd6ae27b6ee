// @ts-check
/** Taking a photo of oneself: a mirror with a guide for the face, and a shutter. */

import { drawn, encoded, isHonest } from "./canvas.js";
import { announce, find } from "./dom.js";
import { text } from "./texts.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {"user" | "environment"} Facing */

/**
 * Whether the browser lets a page look through the camera, which is never without https, and keep
 * what it sees.
 */
export async function canTake() {
  return Boolean(navigator.mediaDevices?.getUserMedia) && (await isHonest());
}

export class Camera {
  #dialog = find("#camera-dialog", HTMLDialogElement);
  #video = find("video", HTMLVideoElement, this.#dialog);
  #shutter = find(".camera-shutter", HTMLButtonElement, this.#dialog);
  #turn = find(".camera-turn", HTMLElement, this.#dialog);
  #hint = find(".camera-hint", HTMLElement, this.#dialog);
  #trouble = find(".camera-trouble", HTMLElement, this.#dialog);
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {Facing} */
  #facing = "user";

  /**
   * @param {(picture: Promise<Picture>) => void} taken
   * @param {() => void} chooseInstead
   */
  constructor(taken, chooseInstead) {
    this.#shutter.addEventListener("click", () => {
      taken(pictureFrom(this.#video));
      this.#dialog.close();
    });
    this.#turn.addEventListener("click", () => {
      this.#facing = this.#facing === "user" ? "environment" : "user";
      this.#start();
    });
    find(".camera-close", HTMLElement, this.#dialog).addEventListener("click", () =>
      this.#dialog.close(),
    );
    find(".camera-choose", HTMLElement, this.#dialog).addEventListener("click", () => {
      this.#dialog.close();
      chooseInstead();
    });
    this.#dialog.addEventListener("close", () => this.#stop());
  }

  open() {
    this.#dialog.showModal();
    return this.#start();
  }

  async #start() {
    this.#stop();
    this.#show(text("camera.starting"), false);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: this.#facing, width: { ideal: 1280 }, height: { ideal: 1280 } },
      });
      await this.#look(stream);
    } catch (error) {
      if (this.#dialog.open) this.#fail(error);
    }
  }

  /** @param {MediaStream} stream */
  async #look(stream) {
    if (!this.#dialog.open) {
      close(stream);
      return;
    }
    this.#stream = stream;
    this.#video.srcObject = stream;
    this.#dialog.dataset.facing = this.#facing;
    await this.#video.play();
    this.#show(null, true);
    this.#shutter.focus();
    this.#turn.hidden = (await cameras()) < 2;
  }

  /** @param {unknown} error */
  #fail(error) {
    const missing = error instanceof DOMException && error.name === "NotFoundError";
    const words = text(missing ? "camera.missing" : "camera.denied");
    this.#show(null, false);
    this.#hint.hidden = true;
    this.#trouble.hidden = false;
    find(".camera-words", HTMLElement, this.#trouble).textContent = words;
    announce(words);
    find(".camera-choose", HTMLElement, this.#trouble).focus();
  }

  /**
   * @param {string | null} words instead of what the guide is for
   * @param {boolean} ready
   */
  #show(words, ready) {
    this.#hint.hidden = false;
    this.#hint.textContent = words ?? text("camera.hint");
    this.#trouble.hidden = true;
    this.#shutter.disabled = !ready;
    this.#dialog.classList.toggle("is-live", ready);
  }

  /** The light beside the camera must go out as soon as nobody looks. */
  #stop() {
    if (this.#stream) close(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }
}

/**
 * What a video shows now.
 * @param {HTMLVideoElement} video
 */
async function pictureFrom(video) {
  const image = drawn(video, video.videoWidth, video.videoHeight);
  const blob = await encoded(image);
  if (!blob) throw new Error("The picture cannot be written.");
  return { blob, image, url: URL.createObjectURL(blob) };
}

/** @param {MediaStream} stream */
function close(stream) {
  for (const track of stream.getTracks()) track.stop();
}

async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length;
}
