// The board of stickies: a new note, a new word on one, or one that was read elsewhere shows without a reload.
import { announce } from "#web/announcer.ts";
import { showNew } from "#web/badge.ts";
import { Connection } from "#web/connection.ts";
import { browserStorage, forgetEveryone, forgetOthers } from "#web/local.ts";
import { fetchPage, Gone, goToSignIn, pageData, part, SignedOut, t } from "#web/page.ts";
import { type LogEvent, number, record, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";

const GATHER_MS = 250;
const RETRY_MS = 5_000;
// Of what happens in a thread these change nothing on its note.
const UNSEEN = new Set(["reply_posted", "reaction_added", "reaction_removed", "link_card_made", "file_described"]);

export class Board extends HTMLElement {
  readonly #person = text(pageData().person);
  readonly #own = text(pageData().own_room);
  readonly #logs = new RoomLogs(text(pageData().epoch));
  readonly #connection = new Connection(this.#logs, this);
  readonly #title = document.title;
  #timer = 0;

  connectedCallback(): void {
    forgetOthers(browserStorage(), this.#person);
    addEventListener("pageshow", (event) => event.persisted && this.#lookSoon());
    // Where a menu was open, the page waited for it.
    this.addEventListener("toggle", () => this.#timer === -1 && this.#lookSoon(), { capture: true });
    this.#take(document);
    this.#connection.start();
  }

  event(event: LogEvent): void {
    if (event.room === this.#own) {
      if (!event.kind.startsWith("draft_")) this.#lookSoon();
      return;
    }
    if (UNSEEN.has(event.kind)) return;
    if (event.kind === "message_posted" && event.by !== this.#person) this.#tell(event.room);
    this.#lookSoon();
  }

  line(): void {
    // what came meanwhile is sent once the connection is back
  }

  passing(): void {
    // who writes just now is shown in the thread itself
  }

  expired(): void {
    this.#lookSoon();
  }

  signIn(ended: boolean): void {
    if (ended) forgetEveryone(browserStorage());
    goToSignIn();
  }

  #tell(room: string): void {
    const name = this.#note(room)?.querySelector(".note-names")?.textContent ?? "";
    const summary = (count: number): string => t("new_stickies", { count, shown: count });
    announce(name === "" ? summary(1) : t("new_sticky_from", { name }), summary);
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), GATHER_MS);
  }

  async #look(): Promise<void> {
    if (this.querySelector("details[open]")) {
      this.#timer = -1;
      return;
    }
    try {
      const page = await fetchPage(location.pathname + location.search);
      const held = this.#focused();
      part(this, "board").replaceWith(document.importNode(part(page, "board"), true));
      held?.()?.focus();
      this.#take(page);
    } catch (error) {
      if (error instanceof SignedOut || error instanceof Gone) return void goToSignIn();
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#look(), RETRY_MS);
    }
  }

  /** What a page says of how far its rooms are; what comes after that is sent. */
  #take(page: Document): void {
    const data = pageData(page);
    this.#followFrom(this.#own, number(data.own_head));
    for (const [room, head] of Object.entries(record(data.follow))) this.#followFrom(room, number(head));
    showNew(number(data.unread), this.#title, "stickies");
  }

  #followFrom(room: string, head: number): void {
    const log = this.#logs.get(room);
    if (!log || log.stale || log.last < head) this.#connection.follow(room, head);
  }

  /** How to find again what has the focus, on a page that was drawn anew. */
  #focused(): (() => HTMLElement | null) | undefined {
    const active = document.activeElement;
    const room = active?.closest<HTMLElement>("[data-room]")?.dataset.room;
    if (!active || room === undefined || !this.contains(active)) return undefined;
    const within = active.matches(".note-open") ? ".note-open" : "summary";
    return () => this.#note(room)?.querySelector<HTMLElement>(within) ?? null;
  }

  #note(room: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`.note[data-room="${CSS.escape(room)}"]`);
  }
}
