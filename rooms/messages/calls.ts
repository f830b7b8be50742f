// Calling on somebody while writing: a list of names below the @, chosen with the keys or a finger.
import { say } from "#web/announcer.ts";
import { part, t } from "#web/page.ts";
import { asKept, asWritten, begunCall, type Callable, suggested } from "./mention-text.ts";

const MOST = 8;

export class Calls {
  readonly #list: HTMLElement;
  readonly #chosen = new Map<string, string>(); // name → id
  #offered: Callable[] = [];
  #place = 0;

  constructor(
    root: HTMLElement,
    private readonly text: HTMLTextAreaElement,
    private readonly callable: () => readonly Callable[],
    private readonly changed: () => void,
  ) {
    this.#list = part(root, "calls");
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.#list.id);
    text.addEventListener("input", () => this.#look());
    text.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => this.#press(event));
  }

  get kept(): string {
    return asKept(this.text.value, this.#chosen);
  }

  set kept(value: string) {
    this.text.value = asWritten(value, (name, id) => this.#chosen.set(name, id));
    this.#close();
  }

  /** Whether the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (this.#list.hidden || event.isComposing) return false;
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) this.#point(this.#place + step);
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#place);
    else if (event.key === "Escape") this.#close();
    else return false;
    event.preventDefault();
    return true;
  }

  #look(): void {
    const begun = begunCall(this.text.value.slice(0, this.text.selectionStart));
    this.#offered = begun === undefined ? [] : suggested(this.callable(), begun, MOST);
    if (this.#offered.length === 0 || (begun && this.#chosen.has(begun))) return this.#close();
    this.#list.replaceChildren(...this.#offered.map((each, place) => option(each, place)));
    this.#list.hidden = false;
    this.#point(0);
  }

  #point(place: number): void {
    this.#place = (place + this.#offered.length) % this.#offered.length;
    const options = [...this.#list.children];
    options.forEach((each, index) => each.setAttribute("aria-selected", String(index === this.#place)));
    const pointed = options[this.#place];
    if (!pointed) return;
    this.text.setAttribute("aria-activedescendant", pointed.id);
    pointed.scrollIntoView({ block: "nearest" });
  }

  #press(event: PointerEvent): void {
    const place = [...this.#list.children].findIndex((each) => event.target instanceof Node && each.contains(event.target));
    event.preventDefault(); // the text keeps the focus
    if (place >= 0) this.#choose(place);
  }

  #choose(place: number): void {
    const { id, name } = this.#offered[place] ?? { id: "", name: "" };
    const at = this.text.selectionStart;
    const begun = begunCall(this.text.value.slice(0, at)) ?? "";
    this.#chosen.set(name, id);
    this.text.setRangeText(`${name} `, at - begun.length, at, "end");
    this.#close();
    say(t("called", { name }));
    this.changed();
  }

  #close(): void {
    this.#list.hidden = true;
    this.#offered = [];
    this.text.removeAttribute("aria-activedescendant");
  }
}

function option(each: Callable, place: number): HTMLElement {
  const made = document.createElement("div");
  made.role = "option";
  made.id = `call-${place}`;
  made.className = "calls-one";
  made.dir = "auto";
  made.textContent = `@${each.name}`;
  return made;
}
