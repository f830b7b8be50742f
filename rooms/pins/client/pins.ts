// Pins: the bar above the messages, always as the room has it.
import { get } from "#web/api.ts";
import { say } from "#web/announcer.ts";
import { copy, optionalPart, part, t } from "#web/page.ts";
import { type Body, list, type LogEvent, text } from "#web/protocol.ts";
import { act, messageOf, renewParts } from "../../client/acting.ts";
import type { Feature, Room } from "../../client/room.ts";

export function pins(room: Room): Feature {
  return new Pins(room);
}

class Pins implements Feature {
  readonly #bar: HTMLElement | undefined;
  #asked = 0;

  constructor(private readonly room: Room) {
    this.#bar = optionalPart(room.element, "pins");
    this.#measure();
    room.element.addEventListener("click", (event) => this.#click(event));
  }

  event(event: LogEvent): void {
    const id = text(event.body.message);
    if (event.kind === "message_pinned" || event.kind === "message_unpinned") {
      this.#mark(id, event.kind === "message_pinned");
      void this.#refresh();
    } else if (event.kind === "message_edited" && this.#pinned(id)) void this.#refresh();
  }

  rebuild(pages: readonly Document[]): void {
    for (const name of ["pin-mark"]) renewParts(this.room.element, pages, name);
    if (pages[0]) void this.#refresh();
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // what is pinned comes with the log
  }

  gone(id: string): void {
    this.#mark(id, false);
    if (this.#pinned(id)) void this.#refresh();
  }

  /** The bar stays below the room's head, whose height depends on the width and on the type. */
  #measure(): void {
    const head = this.room.element.querySelector<HTMLElement>(".room-head");
    if (!head || !this.#bar) return;
    const measure = (): void => this.#bar?.style.setProperty("--room-head", `${head.offsetHeight}px`);
    new ResizeObserver(measure).observe(head);
    measure();
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-pin]") : null;
    const message = link?.closest<HTMLElement>("li.message");
    if (event.target instanceof Element && event.target.closest(".pins .quote")) this.#bar?.removeAttribute("open");
    if (!link || !message || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void this.#do(link.dataset.pin ?? "", message.id);
  }

  async #do(name: string, message: string): Promise<void> {
    const done = await act(name, { room: this.room.id, message }, "reacting_failed");
    if (done) say(t(name === "pin_message" ? "pinned_now" : "unpinned_now"));
  }

  #mark(id: string, pinned: boolean): void {
    const message = messageOf(this.room.element, id);
    const mark = message && optionalPart(message, "pin-mark"); // in a thread nothing is pinned
    if (!message || !mark) return;
    mark.replaceChildren(...(pinned ? copy(document, "pin-marks").childNodes : []));
    mark.hidden = !pinned;
    const [link, next] = [message.querySelector("[data-pin]"), pinned ? "unpin_message" : "pin_message"];
    const action = link && copy(document, "pin-actions").querySelector(`[data-pin="${next}"]`);
    if (action) link.replaceWith(action);
  }

  #pinned(id: string): boolean {
    return this.#bar?.querySelector(`[data-reply-to="${CSS.escape(id)}"]`) != null;
  }

  async #refresh(): Promise<void> {
    if (!this.#bar) return;
    const asked = ++this.#asked;
    const reply = await get(`/api/v1/rooms/${this.room.id}/pins`);
    if (reply.status !== 200 || asked !== this.#asked) return;
    const all = list(reply.body.pins);
    part(this.#bar, "pins-list").replaceChildren(...all.map((each) => this.#row(each)));
    part(this.#bar, "pins-count").textContent = t("pins", { count: all.length });
    part(this.#bar, "pins-first").textContent = text(all[0]?.excerpt);
    this.#bar.hidden = all.length === 0;
  }

  #row(pin: Body): HTMLElement {
    const row = copy(document, "pin-template");
    const link = row.querySelector("a");
    if (link) {
      link.href = text(pin.url);
      link.dataset.replyTo = text(pin.id);
    }
    part(row, "pin-name").textContent = text(pin.name);
    part(row, "quote-text").textContent = text(pin.excerpt);
    return row;
  }
}
