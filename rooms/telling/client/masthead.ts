// How many stickies wait, at the top of every page, as it changes; and a quiet line that says who wrote.
import { get } from "#web/api.ts";
import { announce } from "#web/announcer.ts";
import { setQuiet, wanted } from "#web/badge.ts";
import { Connection, type Line } from "#web/connection.ts";
import { whenHeard } from "#web/heeding.ts";
import { browserStorage, forgetEveryone } from "#web/local.ts";
import { button, pageData, part, t } from "#web/page.ts";
import { type Body, list, type LogEvent, number, record, text } from "#web/protocol.ts";
import { RoomLogs } from "#web/room-log.ts";
import { knowThread, received } from "../../client/received.ts";
import { keepWords } from "./words.ts";

const GATHER_MS = 400;
const REST_MS = 60_000;
const RETRY_MS = 30_000;
const SHOWN_MS = 9_000;
const LONGEST_S = 24 * 3600; // beyond it the page has been loaded anew
const MOST_SHOWN = 99;
const CHANGES = ["message_posted", "message_removed"];
const OWN = ["room_", "access_changed", "hours_", "concern_"];

export class Masthead extends HTMLElement {
  readonly #rooms = new Set<string>();
  readonly #came = new Set<string>();
  #own = "";
  #timer = 0;
  #due = 0;
  #quiet = 0;
  #resting = 0;
  #ownLine: Connection | undefined;

  connectedCallback(): void {
    if (document.documentElement.dataset.kept !== undefined) return; // an old page knows nothing new
    whenHeard((event) => this.#heard(event));
    document.addEventListener("corridor-look", () => void this.#count());
    addEventListener("pageshow", (event) => event.persisted && this.#soon());
    document.addEventListener("visibilitychange", () => this.#looked());
    void keepWords();
    void this.#count();
  }

  event(): void {
    // heard by `whenHeard`, as on pages that have a connection of their own
  }

  line(_line: Line): void {
    // the count is right again once the line is
  }

  passing(): void {
    // nobody is shown here
  }

  expired(): void {
    this.#soon();
  }

  signIn(ended: boolean): void {
    if (ended) forgetEveryone(browserStorage());
  }

  #heard(event: LogEvent): void {
    if (event.room === this.#own) return this.#concerns(event) ? this.#soon() : undefined;
    if (!this.#rooms.has(event.room) || !CHANGES.includes(event.kind)) return;
    if (event.kind === "message_posted" && `u${event.by.slice(1)}` !== this.#own) this.#came.add(event.room);
    this.#soon();
  }

  /** Much is said in one's own room that changes no count: above all, what was read in rooms of other kinds. */
  #concerns(event: LogEvent): boolean {
    if (event.kind === "room_read") return this.#rooms.has(text(event.body.room));
    return OWN.some((kind) => event.kind.startsWith(kind));
  }

  /** However much comes meanwhile, it is not put off. */
  #soon(after = GATHER_MS): void {
    const at = Date.now() + after;
    if (this.#due > Date.now() && this.#due <= at) return;
    clearTimeout(this.#timer);
    this.#due = at;
    this.#timer = window.setTimeout(() => void this.#count(), after);
  }

  /** A page that has a connection for this alone has none while nobody looks: a person can have only so many. */
  #looked(): void {
    clearTimeout(this.#resting);
    if (document.hidden) this.#resting = window.setTimeout(() => this.#ownLine?.rest(), REST_MS);
    else this.#soon();
  }

  async #count(): Promise<void> {
    const answer = await get("/api/v1/waiting");
    if (answer.status === 401) return;
    if (answer.status !== 200) return this.#soon(RETRY_MS);
    const threads = list(answer.body.threads).map(record);
    setQuiet(answer.body.quiet === true);
    for (const thread of threads) knowThread(text(thread.room));
    for (const thread of threads) if (number(thread.unread) > 0) received(text(thread.room), number(thread.head));
    this.#show(number(answer.body.count));
    for (const thread of threads) {
      const room = text(thread.room);
      const first = this.#own !== "" && !this.#rooms.has(room); // somebody has begun a thread while the page is open
      if ((this.#came.has(room) || first) && answer.body.quiet !== true) this.#say(thread);
    }
    this.#came.clear();
    clearTimeout(this.#quiet);
    const changes = number(answer.body.changes_in);
    if (changes > 0 && changes < LONGEST_S) this.#quiet = window.setTimeout(() => this.#soon(), changes * 1000);
    this.#follow(answer.body, threads);
  }

  #show(count: number): void {
    const note = part(this, "count");
    const shown = count > MOST_SHOWN ? `${MOST_SHOWN}+` : count;
    note.hidden = count === 0 || !wanted();
    note.replaceChildren(t("stickies_waiting", { count, shown }));
    note.dataset.shown = String(shown);
  }

  /** By the page's own connection where it has one; a page that has none gets one for this. */
  #follow(body: Body, threads: readonly Body[]): void {
    this.#own = text(body.own_room);
    for (const thread of threads) this.#rooms.add(text(thread.room));
    if (document.querySelector("corridor-home")) return; // which follows every room itself
    const connection = Connection.current ?? this.#connect(text(body.epoch));
    const again = (): void => this.#soon();
    connection.followAside(this.#own, number(body.own_head), again);
    for (const thread of threads) connection.followAside(text(thread.room), number(thread.head), again);
  }

  #connect(epoch: string): Connection {
    this.#ownLine = new Connection(new RoomLogs(epoch), this);
    this.#ownLine.start();
    return this.#ownLine;
  }

  /** Not of the thread that is before one's eyes. */
  #say(thread: Body): void {
    const [room, by] = [text(thread.room), text(thread.by)];
    if (number(thread.unread) === 0 || by === "") return;
    if (text(pageData().room) === room) return; // which says it itself
    const sentence = t("wrote_to_you", { name: by });
    announce(sentence, (count) => t("stickies_waiting", { count, shown: count }));
    if (document.querySelector("corridor-home")) return; // where the doors say it
    this.#toast(room, sentence);
  }

  #toast(room: string, sentence: string): void {
    this.querySelector(".told-toast")?.remove();
    const toast = document.createElement("div");
    toast.className = "told-toast";
    const link = document.createElement("a");
    link.href = `/rooms/${room}`;
    link.dir = "auto";
    link.textContent = sentence;
    toast.append(link, button(t("close"), () => toast.remove(), "bare"));
    this.append(toast); // within the masthead, which is a landmark
    const leave = (): void => {
      if (toast.matches(":hover, :focus-within")) window.setTimeout(leave, SHOWN_MS);
      else toast.remove();
    };
    window.setTimeout(leave, SHOWN_MS);
  }
}
