// Who is writing now, and telling the others that one writes: both may be lost without harm.
import { part, t } from "#web/page.ts";
import type { People } from "./people.ts";

const TELL_EVERY_MS = 4_000;
const FORGET_MS = 7_000;

export class Typing {
  readonly #writing = new Map<string, number>();
  #toldAt = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly people: People,
    private readonly person: string,
    private readonly tell: () => void,
  ) {}

  /** The person at this page is writing. */
  write(now = Date.now()): void {
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.tell();
  }

  /** They sent it: the next word is news again. */
  rest(): void {
    this.#toldAt = 0;
  }

  heard(person: string): void {
    if (person === this.person || person === "") return;
    clearTimeout(this.#writing.get(person));
    this.#writing.set(person, window.setTimeout(() => this.stopped(person), FORGET_MS));
    this.#draw();
  }

  stopped(person: string): void {
    clearTimeout(this.#writing.get(person));
    if (this.#writing.delete(person)) this.#draw();
  }

  #draw(): void {
    const line = part(this.root, "typing");
    const [name = "", other = ""] = [...this.#writing.keys()].map((id) => this.people.person(id).name);
    const count = this.#writing.size;
    line.hidden = count === 0;
    if (count === 1) line.textContent = t("one_typing", { name });
    if (count === 2) line.textContent = t("two_typing", { name, other });
    if (count > 2) line.textContent = t("some_typing", { count });
  }
}
