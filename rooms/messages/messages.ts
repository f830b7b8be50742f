// Messages in a room: what the log says, what the person does, and the reader's place in between.
import { announce, unsay } from "#web/announcer.ts";
import type { Line } from "#web/connection.ts";
import { type Entry, type Said, word } from "#web/outbox-store.ts";
import { t } from "#web/page.ts";
import type { LogEvent } from "#web/protocol.ts";
import { firstInView, giveFocus, goToBottom, keepingPlace, seesBottom } from "../client/reader.ts";
import type { Feature, Room } from "../client/room.ts";
import { readPosted } from "./bodies.ts";
import { Composer, type Mode } from "./composer.ts";
import { Drafts } from "./drafts.ts";
import { MessageList } from "./list.ts";
import { News } from "./news.ts";
import { Older } from "./older.ts";
import { Pending } from "./pending.ts";
import { askToRemove } from "./remove-dialog.ts";
import { authorOf, makeMessage, markEdited, markRemoved, setAuthor, setQuote, textOf, type View } from "./view.ts";

const POINT_MS = 2_500;
const MOST_PAGES = 20;
const LONG_MS = 60_000;
const CATCHING_UP_MS = 2_000;

export function messages(room: Room): Feature {
  return new Messages(room);
}

class Messages implements Feature {
  readonly #list: MessageList;
  readonly #pending: Pending;
  readonly #older: Older;
  readonly #news: News;
  readonly #composer: Composer | undefined;
  #reachable = false;
  #lostAt = Date.now();
  #backAt = 0;

  constructor(private readonly room: Room) {
    const { element, outbox, id, person } = room;
    this.#list = new MessageList(element);
    this.#pending = new Pending(element, this.#list, {
      outbox,
      room: id,
      person,
      log: room.logs.get(id),
      make: (entry) => this.#makePending(entry),
      rewrite: (entry) => this.#rewrite(entry),
      reachable: () => this.#reachable,
    });
    this.#older = new Older(element, (page) => this.#prepend(page));
    this.#news = new News(element, () => room.marks.mark(room.logs.get(id)?.last ?? 0));
    this.#composer = this.#makeComposer();
    room.people.addEventListener("names", () => this.#rename());
    element.addEventListener("click", (event) => this.#click(event));
    this.#pending.show();
    this.#arrive();
  }

  event(event: LogEvent): void {
    if (event.kind === "message_posted") this.#posted(event);
    if (event.kind === "message_edited") this.#edited(event);
    if (event.kind === "message_removed") this.#removed(event);
    this.#news.look();
  }

  line(line: Line): void {
    const reachable = line === "live" || line === "polling";
    if (this.#reachable && !reachable) this.#lostAt = Date.now();
    if (reachable && !this.#reachable && Date.now() - this.#lostAt > LONG_MS) this.#backAt = Date.now();
    this.#reachable = reachable;
    this.#pending.show();
  }

  /** Whether the page scrolls along: the reader is at the bottom, and it is not the news of a long absence that comes. */
  #follows(): boolean {
    return seesBottom() && Date.now() - this.#backAt > CATCHING_UP_MS;
  }

  oldestInView(): number {
    return Number(firstInView(this.#list.all)?.dataset.seq ?? 0);
  }

  rebuild(pages: readonly Document[]): void {
    const seen = this.oldestInView();
    const newest = this.#newest();
    const fresh = [...pages].reverse().flatMap((page) => messagesOf(page));
    const place = (): HTMLElement | undefined => this.#list.all.find((element) => Number(element.dataset.seq) >= seen);
    keepingPlace(place, () => {
      this.#list.replace(fresh);
      this.#pending.redrawn();
    });
    for (const element of this.#list.all) this.room.people.meet(element);
    const oldest = pages.at(-1);
    if (oldest) this.#older.continueFrom(oldest);
    for (const element of this.#list.all) {
      const mine = element.dataset.by === this.room.person;
      if (!mine && Number(element.dataset.seq) > newest) this.#unseen(element);
    }
    this.#news.look();
  }

  #newest(): number {
    return Number(this.#list.all.at(-1)?.dataset.seq ?? 0);
  }

  #posted(event: LogEvent): void {
    const posted = readPosted(event);
    if (this.#list.find(posted.id)) return;
    const bottom = this.#follows();
    const element = makeMessage(this.room.element, this.#view(event, posted.id, posted.text));
    if (posted.replyTo !== "") setQuote(element, this.#list.quote(posted.replyTo));
    if (posted.removed) markRemoved(element);
    else this.room.made(element, event);
    this.#list.append(element);
    if (this.#pending.made(posted.id)) this.#pending.tick(element);
    this.#pending.show();
    this.room.typing.stopped(event.by);
    if (bottom) goToBottom();
    else if (event.by !== this.room.person) this.#unseen(element);
    if (event.by !== this.room.person && !posted.removed) this.#announce(element);
  }

  #edited(event: LogEvent): void {
    const edited = readPosted(event);
    const element = this.#list.find(edited.id);
    if (!element || edited.removed || element.hasAttribute("data-removed")) return;
    this.#pending.edited(edited.id);
    this.#keeping(() => {
      markEdited(element, edited.text);
      this.#list.requote(edited.id);
      this.#pending.show();
    });
  }

  #removed(event: LogEvent): void {
    const { id } = readPosted(event);
    const element = this.#list.find(id);
    if (element) unsay(said(element));
    this.room.gone(id);
    this.#composer?.gone(id);
    this.#keeping(() => {
      this.#list.remove(id);
      this.#pending.show();
    });
  }

  #keeping(change: () => void): void {
    const seen = firstInView(this.#list.all);
    keepingPlace(() => seen, change);
  }

  /** Something came that the reader does not see: the line goes before the first of it. */
  #unseen(element: HTMLElement): void {
    if (!this.#news.any) this.#list.drawUnreadLine(element);
    this.#news.add();
  }

  #announce(element: HTMLElement): void {
    announce(t("said", { name: authorOf(element), text: said(element) }), (count) => t("new_messages", { count }));
  }

  #view(event: LogEvent, id: string, text: string): View {
    const mine = event.by === this.room.person;
    const { mayWrite, mayRemove } = this.room;
    return {
      id,
      seq: event.seq,
      by: this.room.people.person(event.by),
      at: event.at,
      text,
      mine,
      mayReply: mayWrite,
      mayEdit: mine && mayWrite,
      mayRemove: mine || mayRemove,
    };
  }

  #makePending(entry: Entry): HTMLElement {
    const { person, people, element } = this.room;
    const element_ = makeMessage(element, {
      id: `pending-${entry.key}`,
      seq: 0,
      by: people.person(person),
      at: new Date(parseInt(entry.order.slice(0, 10), 36)).toISOString(),
      text: word(entry, "text"),
      mine: true,
      mayReply: false,
      mayEdit: false,
      mayRemove: false,
    });
    const replyTo = word(entry, "reply_to");
    if (replyTo !== "") setQuote(element_, this.#list.quote(replyTo));
    return element_;
  }

  #makeComposer(): Composer | undefined {
    const { element, storage, person, id, typing, mayWrite } = this.room;
    if (!mayWrite || !element.querySelector('[data-part="form"]')) return undefined;
    return new Composer(element, new Drafts(storage, person, id), {
      send: (text, mode) => this.#send(text, mode),
      typing: () => typing.write(),
      about: (message) => this.#about(message),
    });
  }

  #about(id: string): { name: string; text: string } | undefined {
    const element = this.#list.find(id);
    return element && { name: authorOf(element), text: textOf(element) };
  }

  #send(text: string, mode: Mode): void {
    if (mode.kind === "edit") return this.#write("edit_message", { message: mode.id, text });
    const besides = this.room.sending();
    this.#write("post_message", mode.kind === "reply" ? { text, reply_to: mode.id, ...besides } : { text, ...besides });
    this.room.typing.rest();
    this.#list.drawUnreadLine(undefined);
    goToBottom();
  }

  #write(name: string, fields: Said): void {
    const after = this.room.logs.get(this.room.id)?.last ?? 0;
    this.room.outbox.add({ room: this.room.id, name, fields, after });
  }

  #rewrite(entry: Entry): void {
    const [text, message, reply_to] = [word(entry, "text"), word(entry, "message"), word(entry, "reply_to")];
    if (entry.name === "edit_message") this.#composer?.rewrite(text, { kind: "edit", id: message });
    else this.#composer?.rewrite(text, reply_to === "" ? { kind: "post" } : { kind: "reply", id: reply_to });
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a") : null;
    const id = link?.closest<HTMLElement>("li.message")?.id ?? "";
    const act = link?.classList.contains("quote") ? "quote" : (link?.dataset.act ?? "");
    if (act === "" || event.ctrlKey || event.metaKey) return;
    if (act === "quote") void this.#point(link?.dataset.replyTo ?? "");
    else if (act === "remove") this.#askToRemove(id);
    else if (!this.#composer) return;
    else if (act === "reply") this.#composer.reply(id);
    else if (act === "edit") this.#composer.edit(id);
    event.preventDefault();
  }

  #askToRemove(id: string): void {
    const element = this.#list.find(id);
    if (!element) return;
    askToRemove(this.room.element, { name: authorOf(element), text: textOf(element) }, element, (reason) => {
      this.#write("remove_message", reason === "" ? { message: id } : { message: id, reason });
    });
  }

  /** Shows a message that is quoted, and reads back until it is there. */
  async #point(id: string): Promise<void> {
    for (let pages = 0; !this.#list.find(id) && pages < MOST_PAGES; pages++) {
      if (!(await this.#older.load())) break;
    }
    const element = this.#list.find(id);
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    giveFocus(element);
    element.dataset.pointed = "";
    setTimeout(() => delete element.dataset.pointed, POINT_MS);
  }

  #prepend(page: Document): void {
    const older = messagesOf(page);
    this.#keeping(() => this.#list.prepend(older));
    for (const element of older) this.room.people.meet(element);
    for (const element of older) this.#list.requote(element.id);
    this.#pending.show();
  }

  #rename(): void {
    for (const element of this.#list.all) {
      const { id, name, initials } = this.room.people.person(element.dataset.by ?? "");
      if (id !== "" && authorOf(element) !== name) setAuthor(element, { id, name, initials });
    }
  }

  /** Opens at what is new, else at the newest, unless the address says where. */
  #arrive(): void {
    const line = this.#list.unreadLine;
    const asked = location.hash !== "" && location.hash !== "#latest" && document.getElementById(location.hash.slice(1));
    if (!asked) {
      history.scrollRestoration = "manual";
      if (line) line.scrollIntoView({ block: "start" });
      else goToBottom();
    }
    this.#news.look();
  }
}

/** As much of a message as is read out. */
function said(element: HTMLElement): string {
  return [...textOf(element)].slice(0, 140).join("");
}

function messagesOf(page: Document): HTMLElement[] {
  const found = page.querySelectorAll<HTMLElement>('[data-part="messages"] > li.message');
  return Array.from(found, (element) => document.importNode(element, true));
}
