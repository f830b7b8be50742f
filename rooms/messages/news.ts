// "3 new messages": said where it disturbs nobody, instead of scrolling under the reader.
import { showNew } from "#web/badge.ts";
import { part, t } from "#web/page.ts";
import { giveFocus, seesBottom } from "../client/reader.ts";

const FAR_SCREENS = 1.5;

export class News {
  readonly #box: HTMLElement;
  readonly #title = document.title;
  #count = 0;

  /** `caughtUp` is called when the reader has the newest message before their eyes; `atEnd` says whether it is on the
   * page, and `toEnd` leads there. */
  constructor(
    private readonly root: HTMLElement,
    private readonly caughtUp: () => void,
    private readonly atEnd: () => boolean,
    private readonly toEnd: () => void,
  ) {
    this.#box = part(root, "news");
    this.#box.querySelector("button")?.addEventListener("click", () => this.toEnd());
    addEventListener("scroll", () => this.look(), { passive: true });
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** Something new is there that the reader does not see. */
  add(): void {
    this.#count += 1;
    this.#show();
  }

  get any(): boolean {
    return this.#count > 0;
  }

  look(): void {
    if (seesBottom() && this.atEnd()) {
      this.#count = 0;
      this.caughtUp();
    }
    this.#show();
  }

  #show(): void {
    const page = document.documentElement;
    const far = page.scrollHeight - innerHeight - scrollY > FAR_SCREENS * innerHeight;
    const focused = this.#box.contains(document.activeElement);
    this.#box.hidden = this.#count === 0 && !far && this.atEnd();
    const newest = [...this.root.querySelectorAll<HTMLElement>("li.message")].at(-1);
    if (focused && this.#box.hidden && newest) {
      giveFocus(newest);
      newest.scrollIntoView({ block: "nearest", behavior: "instant" }); // the focus is never out of sight
    }
    part(this.root, "news-count").textContent =
      this.#count > 0 ? t("new_messages", { count: this.#count }) : t("to_newest");
    showNew(this.#count, this.#title);
  }
}
