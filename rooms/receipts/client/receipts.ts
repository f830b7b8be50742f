// What became of one's stickies: sent, delivered, read, on the newest that has come so far; and when readers will read.
import { say } from "#web/announcer.ts";
import { setQuiet } from "#web/badge.ts";
import { copy, fetchPage, icon, optionalPart, t } from "#web/page.ts";
import { type Body, type LogEvent, number, parseJson, record, text } from "#web/protocol.ts";
import type { Feature, Room } from "../../client/room.ts";

const LONGEST_MS = 24 * 3_600_000; // beyond it the page has been loaded anew
const RETRY_MS = 60_000;
const ANYBODY = "anybody"; // of those who answer a call for help

export function receipts(room: Room): Feature {
  return new Receipts(room);
}

class Receipts implements Feature {
  #delivered = 0;
  readonly #read = new Map<string, number>();
  readonly #here: boolean;
  #timer = 0;

  constructor(private readonly room: Room) {
    this.#here = document.getElementById("receipts") !== null;
    if (this.#here) this.#take(document);
  }

  event(event: LogEvent): void {
    if (!this.#here || !["message_posted", "message_removed"].includes(event.kind)) return;
    this.#draw();
    if (event.kind === "message_posted" && event.by === this.room.person && this.#likely !== "") say(this.#likely);
  }

  own(event: LogEvent): void {
    if (!this.#here || text(event.body.room) !== this.room.id) return;
    const upto = number(event.body.upto);
    if (event.kind === "sticky_delivered") this.#delivered = Math.max(this.#delivered, upto);
    else if (event.kind === "sticky_read") {
      const person = this.#read.has(ANYBODY) ? ANYBODY : text(event.body.person);
      this.#read.set(person, Math.max(this.#read.get(person) ?? 0, upto));
    } else return;
    this.#draw();
  }

  rebuild(pages: readonly Document[]): void {
    const newest = pages[0];
    if (this.#here && newest) this.#renew(newest);
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // what happened meanwhile comes by the person's own room
  }

  #renew(page: Document): void {
    const [there, here] = [optionalPart(page, "readers"), optionalPart(this.room.element, "readers")];
    if (there && here) here.replaceChildren(...document.importNode(there, true).childNodes);
    this.#take(page);
  }

  #take(page: Document): void {
    const data = record(parseJson(page.getElementById("receipts")?.textContent ?? ""));
    this.#delivered = number(data.delivered);
    this.#read.clear();
    for (const [person, seq] of Object.entries(record(data.read))) this.#read.set(person, number(seq));
    setQuiet(data.quiet === true);
    this.#askAgain(data);
    this.#draw();
  }

  /** When quiet hours begin or end, here or there, the page says something else. By the server's clock alone. */
  #askAgain(data: Body): void {
    clearTimeout(this.#timer);
    const wait = number(data.changes_ms) - number(data.now_ms);
    if (wait >= 0 && wait < LONGEST_MS && number(data.changes_ms) > 0) this.#askIn(wait + 1_000);
  }

  #askIn(ms: number): void {
    this.#timer = window.setTimeout(() => {
      fetchPage(`/rooms/${this.room.id}`).then((page) => this.#renew(page), () => this.#askIn(RETRY_MS));
    }, ms);
  }

  /** When those who are quiet now are likely to read it. */
  get #likely(): string {
    const said = this.room.element.querySelectorAll('[data-part="readers"] .reader > span');
    return [...said].map((each) => each.textContent.trim()).join(" ");
  }

  #draw(): void {
    const mine = [...this.room.element.querySelectorAll<HTMLElement>("li.message[data-mine]:not([data-removed])")].filter(
      (element) => Number(element.dataset.seq) > 0 && element.dataset.seq !== "",
    );
    const seqs = mine.map((element) => Number(element.dataset.seq));
    const limits = [Infinity, this.#everybody, ...this.#read.values()];
    const last = new Set(limits.map((limit) => seqs.findLast((seq) => seq <= limit)));
    for (const element of mine) this.#show(element, last.has(Number(element.dataset.seq)));
  }

  /** What was read was delivered too. */
  get #everybody(): number {
    return this.#read.size === 0 ? 0 : Math.max(this.#delivered, Math.min(...this.#read.values()));
  }

  #show(element: HTMLElement, last: boolean): void {
    const line = optionalPart(element, "receipt");
    if (!line) return;
    line.hidden = !last;
    if (last) line.replaceChildren(...this.#words(Number(element.dataset.seq)));
  }

  #words(seq: number): (Node | string)[] {
    const [of, count] = [this.#read.size, [...this.#read.values()].filter((read) => read >= seq).length];
    if (count > 0 && of > 1) return [icon("check-check"), t("read_by_some", { count, of })];
    const state = count > 0 ? "read" : seq <= this.#everybody ? "delivered" : "sent";
    const words = copy(document, "receipt-states").querySelector(`[data-state="${state}"]`);
    return words ? [...words.childNodes] : [];
  }
}
