import { optionalPart, part, t } from "#web/page.ts";
import { send, takeHash } from "./behind-hash.ts";
import { type Find, cardIn, finder } from "./squares.ts";

const LOOK_EVERY_MS = 180;
type Facing = "environment" | "user";

/** Shows the camera, finds the square of a class card, and sends what is on it. */
export class CardCamera extends HTMLElement {
  #stream: MediaStream | undefined;
  #facing: Facing = "environment";
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    const token = takeHash();
    if (token !== "") return this.#found(token);
    addEventListener("hashchange", () => this.#found(takeHash()));
    this.#offerPhoto();
    this.#offerCamera();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  #offerCamera(): void {
    if (!navigator.mediaDevices?.getUserMedia) return this.#say("card_no_camera");
    this.#say("card_camera_off");
    const start = part<HTMLButtonElement>(this, "start");
    start.hidden = false;
    start.addEventListener("click", () => void this.#start());
    part(this, "turn").addEventListener("click", () => {
      this.#facing = this.#facing === "user" ? "environment" : "user";
      void this.#start();
    });
  }

  #offerPhoto(): void {
    const photo = part(this, "photo");
    photo.hidden = false;
    photo.querySelector("input")?.addEventListener("change", (event) => {
      const file = (event.target as HTMLInputElement).files?.[0];
      if (file) void this.#read(file);
    });
  }

  async #read(file: File): Promise<void> {
    const picture = await createImageBitmap(file).catch(() => undefined);
    const text = picture && (await (await finder())(picture));
    if (text === undefined) return this.#say("card_no_square");
    this.#judge(text);
  }

  async #start(): Promise<void> {
    this.#stop();
    try {
      const wish = { facingMode: this.#facing, width: { ideal: 1280 }, height: { ideal: 720 } };
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: wish });
    } catch (error) {
      return this.#say(reason(error));
    }
    const video = part<HTMLVideoElement>(this, "video");
    video.srcObject = this.#stream;
    video.toggleAttribute("data-mirrored", this.#facing === "user");
    part(this, "camera").hidden = false;
    part(this, "start").hidden = true;
    await video.play().catch(() => undefined);
    this.#say("card_looking");
    await this.#offerTurn();
    this.#look(await finder(), video);
  }

  async #offerTurn(): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    part(this, "turn").hidden = devices.filter((each) => each.kind === "videoinput").length < 2;
  }

  #look(find: Find, video: HTMLVideoElement): void {
    this.#timer = setTimeout(async () => {
      const text = await find(video);
      if (!this.#stream || (text !== undefined && this.#judge(text))) return;
      this.#look(find, video);
    }, LOOK_EVERY_MS);
  }

  /** Whether it is a card of ours. */
  #judge(text: string): boolean {
    const token = cardIn(text);
    if (token === undefined) {
      this.#say("card_not_ours");
      return false;
    }
    this.#found(token);
    return true;
  }

  #found(token: string): void {
    if (token === "") return;
    this.#stop();
    this.#say("card_found");
    send(this, "card", token);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }

  #say(key: string): void {
    const says = optionalPart(this, "says");
    if (says && says.textContent !== t(key)) says.textContent = t(key);
  }
}

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "card_denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "card_no_camera";
  return "card_failed";
}
