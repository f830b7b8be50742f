// The page of a shelf follows what others do with it: whenever something has changed it shows the shelf afresh.
import { Connection } from "#web/connection.ts";
import { browserStorage, forgetEveryone } from "#web/local.ts";
import { fetchPage, Gone, goToSignIn, pageData, part } from "#web/page.ts";
import { type LogEvent, number, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";

const GATHER_MS = 200;

export class Shelf extends HTMLElement {
  readonly #data = pageData();
  readonly #room = text(this.#data.room);
  readonly #own = text(this.#data.own_room);
  readonly #logs = new RoomLogs(text(this.#data.epoch));
  readonly #connection = new Connection(this.#logs, this);
  #timer = 0;

  connectedCallback(): void {
    this.#logs.follow(this.#room, number(this.#data.seq));
    this.#logs.follow(this.#own, number(this.#data.own_head));
    this.#connection.start();
  }

  event(event: LogEvent): void {
    if (event.room === this.#room && event.kind.startsWith("item_")) this.#showSoon();
  }

  expired(room: string): void {
    void this.#show(room);
  }

  signIn(ended: boolean): void {
    if (ended) forgetEveryone(browserStorage());
    goToSignIn();
  }

  line(): void {
    // what is shown stays true enough until the line is back
  }

  passing(): void {
    // nobody is shown here
  }

  #showSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#show(), GATHER_MS);
  }

  /** Only the list is new: a form that somebody is filling in stays as it is. */
  async #show(room?: string): Promise<void> {
    try {
      const page = await fetchPage(location.pathname + location.search);
      part(this, "shelf").replaceWith(document.importNode(part(page, "shelf"), true));
      const data = pageData(page);
      if (room !== undefined) this.#connection.follow(room, number(room === this.#own ? data.own_head : data.seq));
    } catch (error) {
      if (error instanceof Gone) location.assign(`/rooms/${this.#room}/shelf`);
    }
  }
}
