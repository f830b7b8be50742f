// A room's page: one connection, one outbox, the people; and the features that show what the room's log says.
import { Connection, type Line } from "#web/connection.ts";
import type { StopReason } from "#web/connection-rules.ts";
import { LineView } from "#web/line-view.ts";
import { browserStorage, forgetEveryone, forgetOthers } from "#web/local.ts";
import { Outbox } from "#web/outbox.ts";
import { BrowserStore, type Said } from "#web/outbox-store.ts";
import { fetchPage, Gone, goToSignIn, optionalPart, pageData, SignedOut } from "#web/page.ts";
import { type Answer, type Fields, type LogEvent, number, type Passing, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";
import { alone, Tabs } from "#web/tabs.ts";
import { People } from "./people.ts";
import { Presence } from "./presence.ts";
import { goToBottom, seesBottom } from "./reader.ts";
import { ReadMarks } from "./read-marks.ts";
import { foldTools, keepHelpInView } from "./tools.ts";
import { Typing } from "./typing.ts";

/** What a feature shows of a room. */
export interface Feature {
  event(event: LogEvent): void;
  /** The room was fetched afresh: `pages` are its pages, newest first, enough to cover what the reader sees. */
  rebuild(pages: readonly Document[]): void;
  /** The oldest event that the reader can see; what is fetched afresh must reach back to it. */
  oldestInView(): number;
  line(line: Line): void;
  /** Something that concerns the person alone. */
  own?(event: LogEvent): void;
  /** A message was made on the page from the event that posted it: show what this feature adds to it. */
  made?(element: HTMLElement, event: LogEvent): void;
  /** A message was removed: nothing that hangs on it may stay on the page. */
  gone?(message: string): void;
  /** Something that may be lost: whether one may write now, say. */
  passing?(passing: Passing): void;
  /** What goes along with the text that is being sent; it is on its way when this returns. */
  sending?(): Said;
  /** Takes a voice note along with the message that is being written; whether it does. */
  attach?(voice: File): boolean;
}

export interface Room {
  readonly id: string;
  /** The message whose thread the page shows; empty for the room itself. */
  readonly thread: string;
  readonly person: string;
  readonly element: HTMLElement;
  readonly storage: Storage;
  readonly mayWrite: boolean;
  /** May remove what others wrote. */
  readonly mayRemove: boolean;
  /** Nobody takes away their own messages here: a child and an adult are talking. */
  readonly stays: boolean;
  /** May look at how messages of others read before. */
  readonly mayLook: boolean;
  readonly read: number;
  readonly people: People;
  readonly typing: Typing;
  readonly outbox: Outbox;
  readonly logs: RoomLogs;
  readonly marks: ReadMarks;
  /** Asks every feature; for the one that shows messages. */
  made(element: HTMLElement, event: LogEvent): void;
  gone(message: string): void;
  sending(): Said;
  attach(voice: File): boolean;
}

const MOST_PAGES = 10;
const RETRY_MS = 5_000;

/** Defines <corridor-room> with its features; each gets the room and says how it shows events. */
export function defineRoom(features: readonly ((room: Room) => Feature)[]): void {
  class RoomPage extends HTMLElement {
    connectedCallback(): void {
      new LiveRoom(this, features).start();
    }
  }
  customElements.define("corridor-room", RoomPage);
}

class LiveRoom {
  readonly #data = pageData();
  readonly #own = text(this.#data.own_room);
  readonly #connection: Connection;
  readonly #features: readonly Feature[];
  readonly #presence: Presence;
  readonly #room: Room;
  readonly #line: LineView;

  constructor(element: HTMLElement, features: readonly ((room: Room) => Feature)[]) {
    const storage = browserStorage();
    const person = text(this.#data.person);
    const id = text(this.#data.room);
    const thread = text(this.#data.thread);
    const logs = new RoomLogs(text(this.#data.epoch));
    logs.follow(id, number(this.#data.seq));
    logs.follow(this.#own, number(this.#data.own_head));
    this.#connection = new Connection(logs, this);
    const outbox = this.#makeOutbox(person, storage);
    const people = new People(element, id, this.#data.members);
    this.#room = {
      id,
      person,
      element,
      storage,
      logs,
      outbox,
      people,
      read: number(this.#data.read),
      mayWrite: this.#data.may_write === true,
      mayRemove: this.#data.may_remove === true,
      stays: this.#data.stays === true,
      mayLook: this.#data.may_look === true,
      thread,
      typing: new Typing(element, people, person, () => this.#connection.say("typing", { room: id })),
      marks: new ReadMarks(number(this.#data.read), (seq) =>
        thread === ""
          ? this.#connection.say("read", { room: id, seq })
          : this.#connection.say("read_thread", { room: id, thread, seq }),
      ),
      made: (made, event) => {
        for (const feature of this.#features) feature.made?.(made, event);
      },
      gone: (message) => {
        for (const feature of this.#features) feature.gone?.(message);
      },
      sending: () => Object.assign({}, ...this.#features.map((feature) => feature.sending?.() ?? {})) as Said,
      attach: (voice) => this.#features.some((feature) => feature.attach?.(voice) === true),
    };
    forgetOthers(storage, person);
    this.#presence = new Presence(element, people);
    this.#line = new LineView(optionalPart(element, "line") ?? document.createElement("span"), () => outbox.durable);
    this.#features = features.map((feature) => feature(this.#room));
  }

  start(): void {
    foldTools(this.#room.element);
    keepHelpInView(this.#room.element);
    this.#stayAtBottom();
    this.#connection.start();
  }

  /** What is below the messages grows by a line now and then: whoever is at the newest stays there. */
  #stayAtBottom(): void {
    const below = this.#room.element.querySelector(".composer");
    if (below) new ResizeObserver(() => seesBottom() && goToBottom()).observe(below);
  }

  line(line: Line, why?: StopReason): void {
    this.#line.show(line, why);
    this.#room.marks.resend();
    if (line !== "live") this.#presence.forget();
    for (const feature of this.#features) feature.line(line);
    void this.#room.outbox.drain();
  }

  event(event: LogEvent): void {
    if (event.room === this.#own) {
      for (const feature of this.#features) feature.own?.(event);
      return;
    }
    if (event.kind.startsWith("member_")) this.#room.people.changed(event);
    for (const feature of this.#features) feature.event(event);
  }

  passing(passing: Passing): void {
    if (passing.room !== this.#room.id) return;
    if (passing.kind === "typing" && this.#room.thread === "") this.#room.typing.heard(text(passing.body.person));
    if (passing.kind === "presence") this.#presence.show(passing.body);
    for (const feature of this.#features) feature.passing?.(passing);
  }

  signIn(ended = false): void {
    if (ended) forgetEveryone(this.#room.storage);
    if (!goToSignIn()) this.#line.show("stopped");
  }

  expired(room: string, _reason: string): void {
    void this.#refetch(room);
  }

  /** The page itself is fetched again: it carries the same templates, the names of all authors and its `seq`. */
  async #refetch(room: string): Promise<void> {
    try {
      const pages = await this.#fetchPages();
      const data = pages[0] ? pageData(pages[0]) : {};
      if (room === this.#own) return this.#connection.follow(this.#own, number(data.own_head));
      this.#room.people.replace(data.members);
      for (const feature of this.#features) feature.rebuild(pages);
      this.#connection.follow(this.#room.id, number(data.seq));
    } catch (error) {
      if (error instanceof Gone) return this.#connection.stop("access");
      if (error instanceof SignedOut) return this.signIn();
      setTimeout(() => void this.#refetch(room), RETRY_MS);
    }
  }

  async #fetchPages(): Promise<Document[]> {
    const pages = [await fetchPage(location.pathname)];
    const oldest = Math.min(...this.#features.map((feature) => feature.oldestInView()));
    for (let page = pages[0]; page && pages.length < MOST_PAGES; page = pages.at(-1)) {
      const data = pageData(page);
      const first = Number(page.querySelector<HTMLElement>("li.message")?.dataset.seq ?? 0);
      if (data.more !== true || first <= oldest) break;
      pages.push(await fetchPage(text(data.older_url)));
    }
    return pages;
  }

  #makeOutbox(person: string, storage: Storage): Outbox {
    const name = `corridor-outbox:${person}`;
    const outbox: Outbox = new Outbox(new BrowserStore(person, storage), {
      send: (entry) => this.#send(entry.name, { ...entry.fields, room: entry.room, key: entry.key }),
      ready: () => this.#connection.ready,
      alone: (work) => alone(name, work),
      wait: (ms) => new Promise((resume) => setTimeout(resume, ms)),
      tell: (news) => tabs.tell(news),
    });
    const tabs = new Tabs(name, (news) => outbox.hear(news));
    addEventListener("storage", () => outbox.hear({ type: "changed" }));
    return outbox;
  }

  async #send(name: string, fields: Fields): Promise<Answer> {
    const answer = await this.#connection.command(name, fields);
    if (answer.type === "refused" && answer.code === "unauthenticated") this.signIn();
    return answer;
  }
}
