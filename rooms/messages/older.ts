// Older messages: the page that the link leads to is fetched, and its messages put on top of these.
import { fetchPage, pageData, part, t } from "#web/page.ts";
import { text } from "#web/protocol.ts";
import { say } from "#web/announcer.ts";
import { giveFocus } from "../client/reader.ts";

export class Older {
  readonly #box: HTMLElement;
  readonly #link: HTMLAnchorElement;
  #loading: Promise<boolean> | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly show: (page: Document) => void,
  ) {
    this.#box = part(root, "older");
    this.#link = this.#box.querySelector("a") ?? document.createElement("a");
    this.#link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.load();
    });
  }

  /** Loads one page more; false when there is none or it could not be had. */
  async load(): Promise<boolean> {
    if (this.#box.hidden) return false;
    this.#loading ??= this.#load();
    const loaded = await this.#loading;
    this.#loading = undefined;
    return loaded;
  }

  /** What lies before this page. */
  continueFrom(page: Document): void {
    const data = pageData(page);
    const focused = this.#box.contains(document.activeElement);
    const beginning = part(this.root, "beginning");
    this.#box.hidden = data.more !== true;
    this.#link.href = text(data.older_url);
    beginning.hidden = data.more === true;
    if (focused && this.#box.hidden) {
      giveFocus(beginning);
      beginning.scrollIntoView({ block: "nearest" });
    }
  }

  async #load(): Promise<boolean> {
    this.#link.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(this.#link.href);
      this.show(page);
      this.continueFrom(page);
      return true;
    } catch {
      say(t("older_failed"));
      return false;
    } finally {
      this.#link.removeAttribute("aria-busy");
    }
  }
}
