// Notices that must be read: the button that says so, how many have, and what waits elsewhere.
import { get } from "#web/api.ts";
import { say } from "#web/announcer.ts";
import { copy, optionalPart, part, t } from "#web/page.ts";
import { type Body, isRecord, type LogEvent, number, text } from "#web/protocol.ts";
import { act, messageOf, renewParts } from "../../client/acting.ts";
import type { Feature, Room } from "../../client/room.ts";

export function notices(room: Room): Feature {
  return new Notices(room);
}

class Notices implements Feature {
  readonly #door: HTMLElement | undefined;

  constructor(private readonly room: Room) {
    this.#door = optionalPart(room.element, "to-read");
    room.element.addEventListener("submit", (event) => this.#submit(event));
  }

  event(): void {
    // who has read what is told in people's own rooms
  }

  own(event: LogEvent): void {
    const here = event.body.room === this.room.id ? messageOf(this.room.element, text(event.body.message)) : undefined;
    if (event.kind === "notice_due" && event.body.nudged !== true) this.#count(1);
    if (event.kind === "notice_due" && event.body.nudged === true) say(t("nudged_now"));
    if (event.kind === "notice_done") this.#count(-1);
    if (event.kind === "notice_done" && here) this.#done(here);
    if (event.kind === "notice_read" && here) this.#read(here, number(event.body.read), number(event.body.of));
  }

  rebuild(pages: readonly Document[]): void {
    renewParts(this.room.element, pages, "must-read");
    const door = pages[0] && optionalPart(pages[0], "to-read");
    if (door) this.#count(Number(door.dataset.count) - this.#waiting);
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // nothing of it waits for the connection
  }

  made(element: HTMLElement, event: LogEvent): void {
    if (isRecord(event.body.notice)) void this.#ask(element, text(event.body.message));
  }

  gone(id: string): void {
    const message = messageOf(this.room.element, id);
    const box = message && optionalPart(message, "must-read");
    if (!box) return;
    const form = optionalPart(box, "must-read-confirm");
    if (!box.hidden && form && !form.hidden) this.#count(-1);
    box.replaceChildren();
    box.hidden = true;
  }

  /** How it stands for this reader is for the server to say. */
  async #ask(element: HTMLElement, id: string): Promise<void> {
    const reply = await get(`/api/v1/rooms/${this.room.id}/notices/${id}`);
    const box = optionalPart(element, "must-read");
    if (reply.status !== 200 || !box || element.hasAttribute("data-removed")) return;
    box.replaceChildren(...copy(document, "must-read-template").childNodes);
    box.hidden = false;
    this.#fill(element, box, id, reply.body);
  }

  #fill(element: HTMLElement, box: HTMLElement, id: string, state: Body): void {
    part(box, "must-read-until").textContent = t("must_read_until", { day: text(state.until_label) });
    part(box, "must-read-confirm").hidden = state.mine !== "due";
    part(box, "must-read-done").hidden = state.mine !== "read";
    part<HTMLAnchorElement>(box, "must-read-count").href = `/rooms/${this.room.id}/notices/${id}`;
    if (state.of !== undefined) this.#read(element, number(state.read), number(state.of));
  }

  #submit(event: Event): void {
    const form = event.target instanceof HTMLElement ? event.target : null;
    const message = form?.closest<HTMLElement>("li.message");
    if (form?.dataset.part !== "must-read-confirm" || !message) return;
    event.preventDefault();
    void this.#confirm(message);
  }

  async #confirm(message: HTMLElement): Promise<void> {
    const done = await act("confirm_notice", { room: this.room.id, message: message.id }, "confirming_failed");
    if (!done) return;
    this.#done(message);
    say(t("confirmed_now"));
  }

  #done(message: HTMLElement): void {
    const focused = part(message, "must-read-confirm").contains(document.activeElement);
    part(message, "must-read-confirm").hidden = true;
    const done = part(message, "must-read-done");
    done.hidden = false;
    done.tabIndex = -1;
    if (focused) done.focus({ preventScroll: true });
  }

  #read(message: HTMLElement, read: number, of: number): void {
    const link = optionalPart(message, "must-read-count");
    if (!link) return;
    link.hidden = false;
    link.textContent = t("have_read", { read, count: of });
  }

  get #waiting(): number {
    return Number(this.#door?.dataset.count ?? 0);
  }

  #count(more: number): void {
    if (!this.#door) return;
    const count = Math.max(0, this.#waiting + more);
    this.#door.dataset.count = String(count);
    this.#door.hidden = count === 0;
    part(this.#door, "to-read-count").textContent = t("to_read", { count });
  }
}
