// The drawer of news from outside: opened without leaving one's place, fetched anew when there is something new.
import { fetchPage, optionalPart, part } from "#web/page.ts";

/** Everybody in the room hears of it at once, and need not all ask at once. */
const SPREAD_MS = 3_000;

export class FeedsDrawer {
  #timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly room: string,
  ) {
    this.#opener?.addEventListener("click", (event) => this.#show(event));
    this.#closer?.addEventListener("click", (event) => this.#hide(event));
    this.#drawer?.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide(event));
  }

  changed(news: boolean): void {
    if (!this.#drawer) return; // the page of a thread has none
    if (news && !this.#open) this.#mark(true);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#fetch(), Math.random() * SPREAD_MS);
  }

  take(page: Document): void {
    const fresh = optionalPart(page, "feeds");
    const present = optionalPart(this.root, "feeds");
    if (!fresh || !present || present.contains(document.activeElement)) return; // nothing goes from under who reads it
    present.replaceWith(document.importNode(fresh, true));
    const opener = this.#opener;
    const empty = !fresh.querySelector(".feed");
    opener?.toggleAttribute("data-empty", empty);
    if (opener) opener.hidden = empty && !opener.hasAttribute("data-keeps");
  }

  async #fetch(): Promise<void> {
    const page = await fetchPage(`/rooms/${this.room}/feeds`).catch(() => undefined);
    if (page) this.take(page); // else with the next news, or the next page
  }

  /** Not by the address, which would scroll the page from where it is read. */
  #show(event: Event): void {
    event.preventDefault();
    this.#mark(false);
    this.#drawer?.toggleAttribute("data-open", true);
    this.#closer?.focus({ preventScroll: true });
  }

  #hide(event: Event): void {
    if (!this.#drawer?.hasAttribute("data-open")) return; // opened by the address, it is closed by one
    event.preventDefault();
    this.#drawer.removeAttribute("data-open");
    this.#opener?.focus({ preventScroll: true });
  }

  get #open(): boolean {
    return this.#drawer?.hasAttribute("data-open") === true || location.hash === "#feeds";
  }

  #mark(news: boolean): void {
    const opener = this.#opener;
    if (!opener) return;
    opener.toggleAttribute("data-new", news);
    part(opener, "feeds-new").hidden = !news;
  }

  get #opener(): HTMLElement | undefined {
    return optionalPart(this.root, "feeds-open");
  }

  get #closer(): HTMLElement | undefined {
    return optionalPart(this.root, "feeds-close");
  }

  get #drawer(): HTMLElement | undefined {
    return optionalPart(this.root, "feeds-drawer");
  }
}
