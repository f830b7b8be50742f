// The messages before these, and those after: the page that the link leads to is fetched, and its messages shown.
import { fetchPage, pageData, part, t } from "#web/page.ts";
import { text } from "#web/protocol.ts";
import { say } from "#web/announcer.ts";
import { giveFocus } from "../client/reader.ts";

const nextTurn = (): Promise<void> => new Promise((resume) => setTimeout(resume));

/** A link to further messages, which are fetched instead of followed. */
abstract class Further {
  protected readonly box: HTMLElement;
  protected readonly link: HTMLAnchorElement;
  #loading: Promise<boolean> | undefined;

  constructor(
    protected readonly root: HTMLElement,
    name: string,
    private readonly show: (page: Document) => void,
    private readonly shown: () => void,
  ) {
    this.box = part(root, name);
    this.link = this.box.querySelector("a") ?? document.createElement("a");
    this.link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.load();
    });
  }

  /** Loads one page more; false when there is none or it could not be had. */
  async load(): Promise<boolean> {
    if (this.box.hidden) return false;
    this.#loading ??= this.#load();
    const loaded = await this.#loading;
    this.#loading = undefined;
    return loaded;
  }

  /** What lies beyond this page. */
  abstract continueFrom(page: Document): void;

  async #load(): Promise<boolean> {
    this.link.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(this.link.href);
      await nextTurn(); // reading a page and showing it are work enough for a task each
      this.show(page);
      this.continueFrom(page);
      this.shown();
      return true;
    } catch {
      say(t("older_failed"));
      return false;
    } finally {
      this.link.removeAttribute("aria-busy");
    }
  }
}

export class Older extends Further {
  constructor(root: HTMLElement, show: (page: Document) => void, shown: () => void) {
    super(root, "older", show, shown);
  }

  continueFrom(page: Document): void {
    const data = pageData(page);
    const focused = this.box.contains(document.activeElement);
    const beginning = part(this.root, "beginning");
    this.box.hidden = data.more !== true;
    this.link.href = text(data.older_url);
    beginning.hidden = data.more === true;
    if (focused && this.box.hidden) {
      giveFocus(beginning);
      beginning.scrollIntoView({ block: "nearest" });
    }
  }

  /** Messages were taken off the top: this one is the first now. */
  before(seq: number): void {
    this.box.hidden = false;
    this.link.href = `?before=${seq}`;
    part(this.root, "beginning").hidden = true;
  }
}

export class Newer extends Further {
  constructor(root: HTMLElement, show: (page: Document) => void, shown: () => void) {
    super(root, "newer", show, shown);
  }

  continueFrom(page: Document): void {
    const data = pageData(page);
    const focused = this.box.contains(document.activeElement);
    this.box.hidden = data.newest !== false;
    this.link.href = text(data.newer_url);
    if (focused && this.box.hidden) giveFocus(part(this.root, "messages"));
  }

  /** Messages were taken off the bottom: this one is the last now. */
  after(seq: number): void {
    this.box.hidden = false;
    this.link.href = `?after=${seq}`;
  }
}
