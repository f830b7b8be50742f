// The drawer of news from outside: fetched anew when there is something new, and a mark until somebody looks.
import { fetchPage, optionalPart, part } from "#web/page.ts";

/** Everybody in the room hears of it at once, and need not all ask at once. */
const SPREAD_MS = 3_000;

export class FeedsDrawer {
  #timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly room: string,
  ) {
    addEventListener("hashchange", () => this.#open && this.#mark(false));
  }

  changed(news: boolean): void {
    if (news && !this.#open) this.#mark(true);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#fetch(), Math.random() * SPREAD_MS);
  }

  show(page: Document): void {
    const fresh = optionalPart(page, "feeds");
    const present = optionalPart(this.root, "feeds");
    if (!fresh || !present || present.contains(document.activeElement)) return; // nothing moves away from who reads it
    present.replaceWith(document.importNode(fresh, true));
    const open = optionalPart(this.root, "feeds-open");
    if (open) open.hidden = !fresh.querySelector(".feed") && !open.hasAttribute("data-keeps");
  }

  async #fetch(): Promise<void> {
    const page = await fetchPage(`/rooms/${this.room}/feeds`).catch(() => undefined);
    if (page) this.show(page); // else with the next news, or the next page
  }

  get #open(): boolean {
    return location.hash === "#feeds";
  }

  #mark(news: boolean): void {
    const open = optionalPart(this.root, "feeds-open");
    if (!open) return;
    open.toggleAttribute("data-new", news);
    part(open, "feeds-new").hidden = !news;
  }
}
