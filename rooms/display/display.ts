// The big screen: follows one room and nothing else, and never shows what belongs to the person who is signed in.
import { Connection, type Line } from "#web/connection.ts";
import { fetchPage, Gone, goToSignIn, pageData, part, SignedOut } from "#web/page.ts";
import { type LogEvent, number, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";

const GATHER_MS = 250;
const RETRY_MS = 5_000;
const SIZES = [1.5, 2, 2.5, 3, 3.75];

export class Display extends HTMLElement {
  readonly #room = text(pageData().room);
  readonly #logs = new RoomLogs(text(pageData().epoch));
  readonly #connection = new Connection(this.#logs, this);
  #size = 1;
  #timer = 0;

  connectedCallback(): void {
    const acts = { bigger: () => this.#grow(1), smaller: () => this.#grow(-1), cover: () => this.#cover(true), full: () => this.#fill() };
    for (const [name, act] of Object.entries(acts)) {
      const button = this.#button(name);
      button.hidden = false;
      button.addEventListener("click", act);
    }
    part(this, "cover").addEventListener("click", () => this.#cover(false));
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#grow(0);
    this.#toNewest();
    this.#logs.follow(this.#room, number(pageData().seq));
    this.#connection.start();
  }

  event(_event: LogEvent): void {
    this.#drawSoon();
  }

  expired(): void {
    this.#drawSoon();
  }

  line(_line: Line): void {
    // a class has no use for the state of the network; what is shown stays
  }

  passing(): void {
    // who types and who is here is nobody's business on a wall
  }

  signIn(): void {
    goToSignIn();
  }

  #drawSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#draw(), GATHER_MS);
  }

  async #draw(): Promise<void> {
    try {
      const page = await fetchPage(location.pathname);
      const fresh = document.importNode(part(page, "messages"), true);
      const shown = part(this, "messages");
      const last = number(Number(fresh.dataset.head));
      const atEnd = this.#seesNewest();
      shown.replaceChildren(...fresh.children);
      if (atEnd) this.#toNewest();
      if (this.#logs.get(this.#room)?.stale) this.#connection.follow(this.#room, last);
    } catch (error) {
      if (error instanceof SignedOut) return void goToSignIn();
      if (error instanceof Gone) return location.assign("/");
      this.#timer = window.setTimeout(() => void this.#draw(), RETRY_MS);
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+") this.#grow(1);
    if (event.key === "-") this.#grow(-1);
    if (event.key === "Escape") this.#cover(false);
  }

  #grow(steps: number): void {
    this.#size = Math.max(0, Math.min(SIZES.length - 1, this.#size + steps));
    this.style.setProperty("--display-size", `${SIZES[this.#size]}rem`);
  }

  #cover(covered: boolean): void {
    const cover = part(this, "cover");
    if (cover.hidden === !covered) return;
    cover.hidden = !covered;
    this.#button("cover").setAttribute("aria-pressed", String(covered));
    if (covered) {
      cover.tabIndex = -1;
      cover.focus();
    } else this.#button("cover").focus();
  }

  #fill(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen();
  }

  #seesNewest(): boolean {
    const list = part(this, "messages");
    return list.scrollHeight - list.clientHeight - list.scrollTop < 80;
  }

  #toNewest(): void {
    const list = part(this, "messages");
    list.scrollTop = list.scrollHeight;
  }

  #button(act: string): HTMLButtonElement {
    const found = this.querySelector<HTMLButtonElement>(`[data-act="${act}"]`);
    if (!found) throw new Error(`The big screen has no ${act}`);
    return found;
  }
}
