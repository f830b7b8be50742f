// The corridor: how many new messages wait behind each door, as it changes.
import { get } from "#web/api.ts";
import { announce } from "#web/announcer.ts";
import { showAllNew } from "#web/badge.ts";
import { Connection, type Line } from "#web/connection.ts";
import { browserStorage, forgetEveryone, forgetOthers } from "#web/local.ts";
import { fetchPage, goToSignIn, pageData, part, t } from "#web/page.ts";
import { list, type LogEvent, number, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";

const GATHER_MS = 300;
const RETRY_MS = 5_000;
const MOST_SHOWN = 99;

export class Home extends HTMLElement {
  readonly #person = text(pageData().person);
  readonly #own = text(pageData().own_room);
  readonly #logs = new RoomLogs(text(pageData().epoch));
  readonly #connection = new Connection(this.#logs, this);
  readonly #unread = new Map<string, number>();
  readonly #title = document.title;
  #timer = 0;

  connectedCallback(): void {
    forgetOthers(browserStorage(), this.#person);
    addEventListener("pageshow", (event) => event.persisted && this.#countSoon());
    void this.#count().then(() => this.#connection.start());
  }

  event(event: LogEvent): void {
    if (event.room === this.#own) return this.#ownEvent(event);
    if (event.kind === "message_posted" && event.by !== this.#person) this.#arrived(event.room);
    else if (event.kind === "message_removed") this.#countSoon();
  }

  line(_line: Line): void {
    // the counts say enough: they are right again once the connection is
  }

  passing(): void {
    // who is where is not shown on the corridor
  }

  expired(): void {
    this.#countSoon();
  }

  signIn(ended: boolean): void {
    if (ended) forgetEveryone(browserStorage());
    goToSignIn();
  }

  #ownEvent(event: LogEvent): void {
    if (event.kind !== "room_read") return this.#countSoon();
    const room = text(event.body.room);
    if (number(event.body.seq) >= (this.#logs.get(room)?.last ?? 0)) this.#show(room, 0);
    else this.#countSoon();
  }

  #arrived(room: string): void {
    this.#show(room, (this.#unread.get(room) ?? 0) + 1);
    const name = this.#door(room)?.querySelector(".door-plate")?.textContent ?? "";
    announce(t("new_in_room", { room: name }), (count) => t("new_count", { count, shown: count }));
  }

  #countSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#count(), GATHER_MS);
  }

  /** Asks how things stand, and follows each room from there. */
  async #count(): Promise<void> {
    const me = await get("/api/v1/me");
    if (me.status === 401) return void goToSignIn();
    if (me.status !== 200) {
      this.#timer = window.setTimeout(() => void this.#count(), RETRY_MS);
      return;
    }
    this.#logs.epoch = text(me.body.epoch);
    this.#followFrom(this.#own, number(me.body.own_head));
    const rooms = list(me.body.rooms);
    await this.#hang(new Set(rooms.map((room) => text(room.id))));
    for (const room of rooms) {
      const id = text(room.id);
      this.#followFrom(id, number(room.head));
      this.#show(id, number(room.unread));
    }
  }

  /** Fetches the doors anew where others are wanted than are there. */
  async #hang(wanted: ReadonlySet<string>): Promise<void> {
    const doors = [...this.querySelectorAll<HTMLElement>(".door")].map((door) => door.dataset.room ?? "");
    if (doors.length === wanted.size && doors.every((room) => wanted.has(room))) return;
    const page = await fetchPage("/").catch(() => undefined);
    if (page) part(this, "doors").replaceWith(document.importNode(part(page, "doors"), true));
    this.#unread.clear();
  }

  /** What came after `head` has to be counted again, since the counts are as of `head`. */
  #followFrom(room: string, head: number): void {
    const log = this.#logs.get(room);
    if (!log || log.stale || log.last !== head) this.#connection.follow(room, head);
  }

  #show(room: string, unread: number): void {
    this.#unread.set(room, unread);
    const door = this.#door(room);
    if (!door) return;
    const note = part(door, "unread");
    door.dataset.unread = String(unread);
    note.hidden = unread === 0;
    note.textContent = t("new_count", { count: unread, shown: unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread });
    const all = [...this.#unread.values()].reduce((sum, count) => sum + count, 0);
    showAllNew(all, this.#title);
  }

  #door(room: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`.door[data-room="${CSS.escape(room)}"]`);
  }
}
