// Messages in a room: what the log says, what the person does, and the reader's place in between.
import { announce, say, unsay } from "#web/announcer.ts";
import type { Line } from "#web/connection.ts";
import { type Entry, type Said, word } from "#web/outbox-store.ts";
import { fetchPage, pageData, t } from "#web/page.ts";
import { list, type LogEvent, text } from "#web/protocol.ts";
import { firstInView, giveFocus, goToBottom, keepingPlace, seesBottom } from "../client/reader.ts";
import type { Feature, Room } from "../client/room.ts";
import { type Posted, readPosted } from "./bodies.ts";
import { Composer, type Mode } from "./composer.ts";
import { Drafts } from "./drafts.ts";
import { copyLink } from "./copy-link.ts";
import { leaveThread, showFollowing } from "./thread-page.ts";
import { MessageList, messagesOf } from "./list.ts";
import { asWritten, type Callable } from "./mention-text.ts";
import { openUpwards } from "./menu-place.ts";
import { News } from "./news.ts";
import { Newer, Older } from "./older.ts";
import { Pending } from "./pending.ts";
import { askToRemove } from "./remove-dialog.ts";
import { ThreadLines } from "./thread-lines.ts";
import {
  authorOf,
  makeMessage,
  markEdited,
  markRemoved,
  saidOf,
  setAuthor,
  setQuote,
  sourceOf,
  textOf,
  type View,
} from "./view.ts";

const ACTS = new Set(["quote", "reply", "edit", "remove", "link"]);
const POINT_MS = 2_500;
const LONG_MS = 60_000;
const CATCHING_UP_MS = 2_000;

export function messages(room: Room): Feature {
  return new Messages(room);
}

class Messages implements Feature {
  readonly #list: MessageList;
  readonly #pending: Pending;
  readonly #older: Older;
  readonly #newer: Newer;
  readonly #threads: ThreadLines;
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
      thread: room.thread,
      person,
      log: room.logs.get(id),
      make: (entry) => this.#makePending(entry),
      rewrite: (entry) => this.#rewrite(entry),
      reachable: () => this.#reachable,
    });
    this.#older = new Older(element, (page) => this.#prepend(page), () => this.#trim("last"));
    this.#newer = new Newer(element, (page) => this.#extend(page), () => this.#trim("first"));
    this.#threads = new ThreadLines((message) => this.#list.find(message), person);
    this.#list.atEnd = pageData().newest !== false;
    this.#news = new News(
      element,
      () => room.marks.mark(room.logs.get(id)?.last ?? 0),
      () => this.#list.atEnd,
      () => void this.#toEnd(),
    );
    leaveThread(room);
    this.#composer = this.#makeComposer();
    room.people.addEventListener("names", () => this.#rename());
    element.addEventListener("click", (event) => this.#click(event));
    openUpwards(element);
    this.#pending.show();
    this.#arrive();
  }

  event(event: LogEvent): void {
    if (event.kind === (this.room.thread === "" ? "message_posted" : "reply_posted")) this.#posted(event);
    else if (event.kind === "reply_posted") this.#threads.replied(event);
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

  own(event: LogEvent): void {
    if (event.kind === "thread_read" && text(event.body.room) === this.room.id) this.#threads.read(text(event.body.thread));
  }

  /** Far from the newest message only the newest page is asked for: what is around the reader is asked for by itself. */
  oldestInView(): number {
    if (!this.#list.atEnd) return Number.MAX_SAFE_INTEGER;
    return Number(firstInView(this.#list.all)?.dataset.seq ?? 0);
  }

  rebuild(pages: readonly Document[]): void {
    if (!this.#list.atEnd) return void this.#around(firstInView(this.#list.all)?.id ?? "");
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
    this.#trim(seesBottom() ? "first" : "last");
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
    if (posted.thread !== this.room.thread || this.#list.find(posted.id)) return;
    if (!this.#list.atEnd) return this.#postedElsewhere(event);
    const bottom = this.#follows();
    const element = makeMessage(this.room.element, this.#view(event, posted));
    if (posted.replyTo !== "") setQuote(element, this.#list.quote(posted.replyTo));
    if (posted.removed) markRemoved(element);
    else this.room.made(element, event);
    this.#list.append(element);
    if (this.#pending.made(posted.id)) this.#pending.tick(element);
    if (event.by === this.room.person) showFollowing(this.room.element);
    this.#pending.show();
    this.room.typing.stopped(event.by);
    if (bottom) this.#trim("first");
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
      markEdited(element, edited.text, edited.html, this.room.mayLook || event.by === this.room.person);
      this.#list.requote(edited.id);
      this.#pending.show();
    });
  }

  #removed(event: LogEvent): void {
    const { id } = readPosted(event);
    const element = this.#list.find(id);
    if (element) unsay(saidOf(element));
    this.#threads.removed(id);
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
    announce(t("said", { name: authorOf(element), text: saidOf(element) }), (count) => t("new_messages", { count }));
  }

  #view(event: LogEvent, posted: Posted): View {
    const mine = event.by === this.room.person;
    const { mayWrite, mayRemove, stays } = this.room;
    return {
      ...posted,
      room: this.room.id,
      inThread: this.room.thread !== "",
      seq: event.seq,
      by: this.room.people.person(event.by),
      at: event.at,
      mine,
      mayReply: mayWrite,
      mayEdit: mine && mayWrite && posted.forwardedBy === "",
      mayRemove: (mine && !stays) || mayRemove,
      mayLook: mine || this.room.mayLook,
    };
  }

  #makePending(entry: Entry): HTMLElement {
    const { person, people, element } = this.room;
    const element_ = makeMessage(element, {
      id: `pending-${entry.key}`,
      seq: 0,
      by: people.person(person),
      at: new Date(parseInt(entry.order.slice(0, 10), 36)).toISOString(),
      room: this.room.id,
      text: asWritten(word(entry, "text")),
      html: "",
      forwardedBy: "",
      inThread: true,
      mine: true,
      mayLook: false,
      mayReply: false,
      mayEdit: false,
      mayRemove: false,
    });
    const replyTo = word(entry, "reply_to");
    if (replyTo !== "") setQuote(element_, this.#list.quote(replyTo));
    return element_;
  }

  #makeComposer(): Composer | undefined {
    const { element, storage, person, id, thread, typing, mayWrite } = this.room;
    if (!mayWrite || !element.querySelector('[data-part="form"]')) return undefined;
    return new Composer(element, new Drafts(storage, person, thread === "" ? id : `${id}/${thread}`), {
      send: (text, mode) => this.#send(text, mode),
      typing: () => thread === "" && typing.write(),
      about: (message) => this.#about(message),
      callable: () => this.#callable(),
    });
  }

  #about(id: string): { name: string; text: string; source: string } | undefined {
    const element = this.#list.find(id);
    return element && { name: authorOf(element), text: textOf(element), source: sourceOf(element) };
  }

  #callable(): readonly Callable[] {
    const groups = list(pageData().groups).map((group) => ({ id: text(group.id), name: text(group.name) || t("everyone") }));
    return [...this.room.people.members.filter((each) => each.id !== this.room.person), ...groups];
  }

  #send(text: string, mode: Mode): void {
    if (mode.kind === "edit") return this.#write("edit_message", { message: mode.id, text });
    const thread = this.room.thread === "" ? {} : { thread: this.room.thread };
    const besides = { ...thread, ...this.room.sending() };
    this.#write("post_message", mode.kind === "reply" ? { text, reply_to: mode.id, ...besides } : { text, ...besides });
    this.room.typing.rest();
    this.#list.drawUnreadLine(undefined);
    void this.#toEnd();
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
    if (!ACTS.has(act) || event.ctrlKey || event.metaKey) return;
    if (act === "quote") void this.#point(link?.dataset.replyTo ?? "");
    else if (act === "remove") this.#askToRemove(id);
    else if (act === "link") void copyLink(this.#list.find(id), link?.href ?? "");
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

  /** Shows a message that is quoted, also where it is pages back. */
  async #point(id: string): Promise<void> {
    if (!this.#list.find(id)) await this.#around(id);
    const element = this.#list.find(id);
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    giveFocus(element);
    element.dataset.pointed = "";
    setTimeout(() => delete element.dataset.pointed, POINT_MS);
  }

  /** Shows the page that a message is on instead of what is here. */
  async #around(id: string): Promise<void> {
    await this.#replace(`/rooms/${this.room.id}/messages/${id}`, id);
  }

  /** Shows the newest messages, and their end. */
  async #toEnd(): Promise<void> {
    if (!this.#list.atEnd) await this.#replace(location.pathname, "");
    goToBottom();
    this.#news.look();
  }

  async #replace(url: string, place: string): Promise<void> {
    try {
      const page = await fetchPage(url);
      keepingPlace(() => this.#list.find(place), () => this.#list.replace(messagesOf(page)));
      this.#list.atEnd = pageData(page).newest !== false;
      this.#older.continueFrom(page);
      this.#newer.continueFrom(page);
      this.#met(this.#list.all);
    } catch {
      say(t("older_failed"));
    }
  }

  #prepend(page: Document): void {
    const older = messagesOf(page);
    this.#keeping(() => this.#list.prepend(older));
    this.#met(older);
  }

  #extend(page: Document): void {
    const newer = messagesOf(page);
    this.#keeping(() => this.#list.extend(newer));
    this.#list.atEnd = pageData(page).newest !== false;
    this.#met(newer);
  }

  #met(elements: readonly HTMLElement[]): void {
    for (const element of elements) this.room.people.meet(element);
    for (const element of elements) this.#list.requote(element.id);
    this.#pending.show();
    this.#news.look();
  }

  /** There are not too many messages on the page, and the links lead on from the first and the last. */
  #trim(end: "first" | "last"): void {
    const [first, last] = [this.#list.all[0], this.#list.all.at(-1)];
    const seen = firstInView(this.#list.all);
    keepingPlace(() => seen, () => this.#list.trim(end));
    const [top, bottom] = [this.#list.all[0], this.#list.all.at(-1)];
    if (top && top !== first) this.#older.before(Number(top.dataset.seq));
    if (bottom && bottom !== last) this.#newer.after(Number(bottom.dataset.seq));
  }

  /** The newest messages are not on the page: what comes is counted, and shown when the reader goes there. */
  #postedElsewhere(event: LogEvent): void {
    this.room.typing.stopped(event.by);
    this.#pending.show();
    if (event.by !== this.room.person) this.#news.add();
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
