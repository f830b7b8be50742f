// Reactions: which are on a message, and the few that one can choose from.
import { copy, optionalPart, part } from "#web/page.ts";
import { type LogEvent, text } from "#web/protocol.ts";
import { act, messageOf, renewParts } from "../../client/acting.ts";
import type { Feature, Room } from "../../client/room.ts";

export function reactions(room: Room): Feature {
  return new Reactions(room);
}

class Reactions implements Feature {
  readonly #kinds: readonly HTMLElement[];

  constructor(private readonly room: Room) {
    this.#kinds = optionalPart(document, "reaction-kinds")
      ? [...copy(document, "reaction-kinds").querySelectorAll<HTMLElement>(".reaction")]
      : [];
    room.element.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#close(true));
  }

  event(event: LogEvent): void {
    if (event.kind !== "reaction_added" && event.kind !== "reaction_removed") return;
    const message = messageOf(this.room.element, text(event.body.message));
    if (!message) return; // or it is one of those that this reader is told nothing of
    const kind = text(event.body.reaction);
    if (event.kind === "reaction_added") this.#added(message, kind, event.by);
    else this.#removed(message, kind, event.by);
  }

  rebuild(pages: readonly Document[]): void {
    renewParts(this.room.element, pages, "reactions");
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // a press finds out by itself
  }

  gone(id: string): void {
    const box = this.#box(messageOf(this.room.element, id));
    if (!box) return;
    box.hidden = true;
    part(box, "chips").replaceChildren();
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const add = target?.closest<HTMLElement>('[data-part="reactions-add"]');
    const chosen = target?.closest<HTMLElement>("button.reaction, .reaction-picker button");
    const message = target?.closest<HTMLElement>("li.message");
    if (!target?.closest(".reaction-picker") && !add) this.#close(false);
    if (!message || (!add && !chosen)) return;
    event.preventDefault();
    if (add) this.#offer(message, add);
    else if (chosen) void this.#toggle(message, chosen.dataset.kind ?? "");
  }

  #offer(message: HTMLElement, add: HTMLElement): void {
    const open = message.querySelector(".reaction-picker") !== null;
    this.#close(open);
    if (open) return;
    const picker = copy(document, "reaction-picker");
    for (const button of picker.querySelectorAll<HTMLElement>("button")) {
      const pressed = this.#chip(message, button.dataset.kind ?? "")?.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(pressed));
    }
    add.after(picker);
    picker.querySelector("button")?.focus({ preventScroll: true });
    picker.scrollIntoView({ block: "nearest" });
  }

  #close(refocus: boolean): void {
    const picker = this.room.element.querySelector(".reaction-picker");
    if (!picker) return;
    const add = picker.parentElement?.querySelector<HTMLElement>('[data-part="reactions-add"]');
    picker.remove();
    if (refocus) add?.focus();
  }

  async #toggle(message: HTMLElement, kind: string): Promise<void> {
    const mine = this.#chip(message, kind)?.getAttribute("aria-pressed") === "true";
    this.#close(true);
    const fields = { room: this.room.id, message: message.id, reaction: kind };
    if (!(await act(mine ? "unreact" : "react", fields, "reacting_failed"))) return;
    const chip = mine ? this.#chip(message, kind) : this.#show(message, kind);
    chip?.setAttribute("aria-pressed", String(!mine));
  }

  /** `by` is empty for those who are not told who it was. */
  #added(message: HTMLElement, kind: string, by: string): void {
    const chip = this.#show(message, kind);
    if (by === "") return;
    const people = new Set(chip.dataset.people?.split(" ").filter(Boolean));
    this.#count(chip, Number(chip.dataset.count ?? 0) + 1, people.add(by));
    if (by === this.room.person) chip.setAttribute("aria-pressed", "true");
  }

  #removed(message: HTMLElement, kind: string, by: string): void {
    const chip = this.#chip(message, kind);
    if (!chip) return;
    const left = by === "" ? 0 : Number(chip.dataset.count ?? 1) - 1;
    if (by === this.room.person) chip.setAttribute("aria-pressed", "false");
    if (left <= 0) return chip.remove();
    const people = new Set(chip.dataset.people?.split(" ").filter(Boolean));
    people.delete(by);
    this.#count(chip, left, people);
  }

  #count(chip: HTMLElement, count: number, people: ReadonlySet<string>): void {
    chip.dataset.count = String(count);
    chip.dataset.people = [...people].join(" ");
    part(chip, "reaction-count").textContent = String(count);
    part(chip, "reaction-count").hidden = count < 2;
    const names = [...people].map((id) => this.room.people.person(id).name);
    part(chip, "reaction-names").textContent = names.length > 0 ? `: ${names.join(", ")}` : "";
  }

  /** The chip of this kind on a message; it is put where it belongs if it is not there. */
  #show(message: HTMLElement, kind: string): HTMLElement {
    const present = this.#chip(message, kind);
    if (present) return present;
    const place = this.#kinds.findIndex((each) => each.dataset.kind === kind);
    const chip = (this.#kinds[place]?.cloneNode(true) ?? document.createElement("span")) as HTMLElement;
    const chips = part(message, "chips");
    const after = this.#kinds.slice(place + 1).map((each) => this.#chip(message, each.dataset.kind ?? ""));
    chips.insertBefore(chip, after.find((each) => each !== undefined) ?? null);
    return chip;
  }

  #chip(message: HTMLElement, kind: string): HTMLElement | undefined {
    return message.querySelector<HTMLElement>(`.reaction[data-kind="${CSS.escape(kind)}"]`) ?? undefined;
  }

  #box(message: HTMLElement | undefined): HTMLElement | undefined {
    return message && optionalPart(message, "reactions");
  }
}
