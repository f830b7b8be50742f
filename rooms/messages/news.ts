// "3 new messages": said where it disturbs nobody, instead of scrolling under the reader.
import { showNew } from "#web/badge.ts";
import { part, t } from "#web/page.ts";
import { giveFocus, seesBottom } from "../client/reader.ts";
import { isThread } from "../client/received.ts";

const FAR_SCREENS = 1.5;

export class News {
  readonly #box: HTMLElement;
  readonly #label: HTMLElement;
  readonly #title = document.title;
  readonly #of = isThread() ? "stickies" : "rooms";
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
    this.#label = part(root, "news-count");
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
    if (focused && this.#box.hidden) this.#handOn();
    const label = this.#count > 0 ? t("new_messages", { count: this.#count }) : t("to_newest");
    if (label !== this.#label.textContent) this.#label.textContent = label; // asked at each turn of the wheel
    showNew(this.#count, this.#title, this.#of);
  }

  /** The focus is never out of sight. */
  #handOn(): void {
    const newest = [...this.root.querySelectorAll<HTMLElement>("li.message")].at(-1);
    if (!newest) return;
    giveFocus(newest);
    newest.scrollIntoView({ block: "nearest", behavior: "instant" });
  }
}
