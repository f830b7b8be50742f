// The corridor: how many new messages wait behind each door, as it changes.
import { get } from "#web/api.ts";
import { announce } from "#web/announcer.ts";
import { isQuiet, showAllNew } from "#web/badge.ts";
import { Connection, type Line } from "#web/connection.ts";
import { browserStorage, forgetEveryone, forgetOthers } from "#web/local.ts";
import { fetchPage, goToSignIn, optionalPart, pageData, part, t } from "#web/page.ts";
import { type Body, list, type LogEvent, number, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";

const GATHER_MS = 300;
const RETRY_MS = 5_000;
const MOST_SHOWN = 99;
// Of these no doors are there; what is new in them stands above the doors.
const PRIVATE = new Set(["thread", "help"]);
const MOST_THREADS = 60; // that are followed: a connection takes only so many rooms

export class Home extends HTMLElement {
  readonly #person = text(pageData().person);
  readonly #own = text(pageData().own_room);
  readonly #logs = new RoomLogs(text(pageData().epoch));
  readonly #connection = new Connection(this.#logs, this);
  readonly #unread = new Map<string, number>();
  readonly #title = document.title;
  /** The room behind whose door a room waits that is only for some of its people. */
  readonly #above = new Map<string, string>();
  readonly #threads = new Set<string>();
  #timer = 0;
  #doorsChanged = false;
  #changed = false;

  connectedCallback(): void {
    this.#offerToFind();
    forgetOthers(browserStorage(), this.#person);
    addEventListener("pageshow", (event) => event.persisted && this.#countSoon());
    document.addEventListener("corridor-quiet", () => {
      this.#changed = true;
      this.#countSoon();
    });
    void this.#count().then(() => this.#connection.start());
  }

  event(event: LogEvent): void {
    if (event.room === this.#own) return this.#ownEvent(event);
    if (event.kind === "message_posted" && event.by !== this.#person) this.#arrived(event.room);
    else if (event.kind === "message_removed") {
      this.#changed ||= this.#threads.has(event.room);
      this.#countSoon();
    }
    else if (event.kind.startsWith("room_")) {
      this.#doorsChanged = true; // another name, another face, or archived
      this.#countSoon();
    }
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
    if (event.kind.startsWith("draft_")) return; // what is being written somewhere changes nothing here
    if (event.kind !== "room_read") {
      this.#changed = true; // something is for this person, or is so no longer
      return this.#countSoon();
    }
    const room = text(event.body.room);
    if (this.#threads.has(room)) {
      this.#changed = true;
      return this.#countSoon();
    }
    if (number(event.body.seq) >= (this.#logs.get(room)?.last ?? 0)) this.#show(room, 0);
    else this.#countSoon();
  }

  #arrived(room: string): void {
    if (this.#threads.has(room)) {
      this.#changed = true;
      return this.#countSoon();
    }
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
    const shared = rooms.filter((room) => !PRIVATE.has(text(room.kind)));
    const doors = shared.filter((room) => text(room.part_of) === "" && room.archived !== true);
    await this.#hang(new Set(doors.map((room) => text(room.id))));
    for (const room of rooms) if (text(room.part_of) !== "") this.#above.set(text(room.id), text(room.part_of));
    for (const room of [...shared, ...newestThreads(rooms)]) {
      const id = text(room.id);
      if (PRIVATE.has(text(room.kind))) this.#threads.add(id);
      this.#followFrom(id, number(room.head));
      if (text(room.kind) !== "help") this.#show(id, number(room.unread));
    }
  }

  /** Fetches the page anew where other doors are wanted than are there, or what is for this person has changed. */
  async #hang(wanted: ReadonlySet<string>): Promise<void> {
    const doors = [...this.querySelectorAll<HTMLElement>(".door")].map((door) => door.dataset.room ?? "");
    const same = !this.#doorsChanged && doors.length === wanted.size && doors.every((room) => wanted.has(room));
    if (same && !this.#changed) return;
    const page = await fetchPage("/").catch(() => undefined);
    if (!page) return;
    this.#changed = this.#doorsChanged = false;
    for (const name of same ? ["for-you"] : ["for-you", "doors"]) {
      part(this, name).replaceWith(document.importNode(part(page, name), true));
    }
    if (!same) this.#unread.clear();
  }

  /** With many doors: those whose name holds what is written. */
  #offerToFind(): void {
    const box = optionalPart(this, "find");
    const input = box?.querySelector("input");
    if (!box || !input) return;
    box.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      for (const door of this.querySelectorAll<HTMLElement>(".home-doors > li")) {
        door.hidden = !(door.querySelector(".door-plate")?.textContent ?? "").toLocaleLowerCase().includes(wanted);
      }
    });
  }

  /** What came after `head` has to be counted again, since the counts are as of `head`. */
  #followFrom(room: string, head: number): void {
    const log = this.#logs.get(room);
    if (!log || log.stale || log.last !== head) this.#connection.follow(room, head);
  }

  #show(room: string, unread: number): void {
    this.#unread.set(room, unread);
    const door = this.#door(room);
    if (door) this.#write(door);
    this.#tellAll();
  }

  #write(door: HTMLElement): void {
    const note = part(door, "unread");
    const waiting = this.#behind(door.dataset.room ?? "");
    door.dataset.unread = String(waiting);
    note.hidden = waiting === 0;
    note.textContent = t("new_count", { count: waiting, shown: waiting > MOST_SHOWN ? `${MOST_SHOWN}+` : waiting });
  }

  /** All together; in quiet hours without the stickies, which wait for their end. */
  #tellAll(): void {
    const counted = [...this.#unread].filter(([room]) => !(isQuiet() && this.#threads.has(room)));
    const all = counted.reduce((sum, [, count]) => sum + count, 0);
    part(this, "missed").hidden = all === 0;
    showAllNew(all, this.#title);
  }

  #door(room: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`.door[data-room="${CSS.escape(this.#above.get(room) ?? room)}"]`);
  }

  /** What is new behind a door: in the room, and in what is for some of its people. */
  #behind(room: string): number {
    let sum = 0;
    for (const [of, count] of this.#unread) if ((this.#above.get(of) ?? of) === room) sum += count;
    return sum;
  }
}

/** Those with something unread first; whoever has more threads than can be followed hears of the others in time. */
function newestThreads(rooms: readonly Body[]): readonly Body[] {
  const threads = rooms.filter((room) => PRIVATE.has(text(room.kind)));
  return threads.sort((one, other) => number(other.unread) - number(one.unread)).slice(0, MOST_THREADS);
}
