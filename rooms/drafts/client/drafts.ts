// Drafts: what is written in this browser is kept on the server too, and comes back on every device.
import { get, post } from "#web/api.ts";
import type { Line } from "#web/connection.ts";
import { keep } from "#web/local.ts";
import { say } from "#web/announcer.ts";
import { optionalPart, part, t } from "#web/page.ts";
import { isRecord, list, type LogEvent, number, parseJson, record, text } from "#web/protocol.ts";
import type { Feature, Room } from "../../client/room.ts";
import { Leaving } from "./leaving.ts";
import { changed, type Draft, merged, type Synced } from "./merging.ts";

const LONGEST = 8_000; // characters, as in a message
const KEEP_AFTER_MS = 1_500;
const SCHEDULE = ["message_scheduled", "scheduled_sent", "scheduled_refused", "scheduled_cancelled"];
const EMPTY: Draft = { text: "", replyTo: "" };

/** Comes before the feature that shows messages: where one writes begins with what this puts into the browser. */
export function drafts(room: Room): Feature {
  return new Drafts(room);
}

class Drafts implements Feature {
  readonly #name: string;
  readonly #writes: boolean;
  #timer = 0;
  #pushing: Promise<void> | undefined;
  #newest = 0;

  constructor(private readonly room: Room) {
    this.#name = `corridor:draft:${room.person}:${room.thread === "" ? room.id : `${room.id}/${room.thread}`}`;
    this.#writes = optionalPart(room.element, "form") !== undefined;
    if (!this.#writes) return;
    new Leaving(room, { draft: () => this.#written(), left: () => this.#left() });
    const known = record(parseJson(document.getElementById("draft")?.textContent ?? ""));
    if (room.thread === "") this.#meet(known.draft, false);
    else void this.#fetch();
    addEventListener("corridor:writing", () => this.#changed());
    addEventListener("pagehide", () => void this.#push(true));
    room.element.addEventListener("click", (event) => this.#handOver(event));
  }

  event(): void {
    // drafts are told of in the person's own room
  }

  own(event: LogEvent): void {
    if (SCHEDULE.includes(event.kind) && event.body.room === this.room.id) void this.#count();
    if (event.kind === "scheduled_refused") say(t("not_sent"));
    if (!this.#writes || event.body.room !== this.room.id || event.body.about !== this.room.thread) return;
    if (event.kind === "draft_kept") this.#newest = Math.max(this.#newest, number(event.body.version));
    if (event.kind === "draft_kept" && !this.#pushing && this.#newest > this.#synced().version) void this.#fetch();
    if (event.kind === "draft_dropped" && !this.#pushing) this.#meet(undefined, true);
  }

  rebuild(): void {
    void this.#fetch();
  }

  oldestInView(): number {
    return Infinity;
  }

  line(line: Line): void {
    if (this.#writes && (line === "live" || line === "polling")) void this.#push();
  }

  /** What waits to be sent in this room. */
  async #count(): Promise<void> {
    const reply = await get("/api/v1/scheduled");
    if (reply.status !== 200) return;
    const here = list(reply.body.scheduled).filter((each) => each.room === this.room.id);
    const left = here.filter((each) => each.when_open === true && each.refused !== true);
    this.#say("waiting", here.length);
    this.#say("left", left.length);
  }

  #say(name: "waiting" | "left", count: number): void {
    const line = optionalPart(this.room.element, name);
    if (!line) return;
    line.hidden = count === 0;
    part(line, `${name}-count`).textContent = t("waiting_count", { count });
  }

  #changed(): void {
    clearTimeout(this.#timer);
    const wait = this.#local().text.trim() === "" ? 0 : KEEP_AFTER_MS; // sent: no other device may offer it again
    this.#timer = window.setTimeout(() => void this.#push(), wait);
  }

  async #fetch(): Promise<void> {
    const about = this.room.thread === "" ? "" : `?about=${this.room.thread}`;
    const reply = await get(`/api/v1/rooms/${this.room.id}/draft${about}`);
    if (reply.status === 200 && !this.#pushing) this.#meet(reply.body.draft, true);
  }

  /** What the server has. Words that were written here and are not there yet are lost in no case. */
  #meet(value: unknown, shown: boolean): void {
    const theirs = isRecord(value) ? { text: text(value.text), replyTo: text(value.reply_to) } : EMPTY;
    const version = isRecord(value) ? number(value.version) : 0;
    const [mine, synced] = [this.#local(), this.#synced()];
    const next = changed(mine, synced) ? merged(mine, theirs, synced) : theirs;
    this.#remember({ text: theirs.text, version });
    if (next.text !== mine.text || next.replyTo !== mine.replyTo) {
      keep(this.room.storage, this.#name, next.text === "" ? "" : JSON.stringify(next));
      if (shown) dispatchEvent(new CustomEvent<Draft>("corridor:draft", { detail: next }));
    }
    if (changed(next, this.#synced())) this.#changed();
  }

  async #push(leaving = false): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#pushing && !leaving) await this.#pushing;
    if (!changed(this.#local(), this.#synced())) return;
    this.#pushing = this.#send().finally(() => {
      this.#pushing = undefined;
      if (this.#newest > this.#synced().version && this.#local().text.trim() !== "") void this.#fetch();
    });
    await this.#pushing;
  }

  async #send(again = true): Promise<void> {
    const mine = this.#local();
    const sent = mine.text.trim();
    if ([...sent].length > LONGEST) return; // this browser keeps what cannot be sent either, until it is shorter
    const about = this.room.thread === "" ? {} : { about: this.room.thread };
    const replyTo = mine.replyTo === "" ? {} : { reply_to: mine.replyTo };
    const words = sent === "" ? {} : { text: sent, base: this.#synced().version, ...replyTo };
    const name = sent === "" ? "drop_draft" : "keep_draft";
    const reply = await post(`/api/v1/commands/${name}`, { room: this.room.id, ...about, ...words });
    if (reply.status === 200) this.#remember({ text: sent, version: number(reply.body.version) });
    if (reply.status === 409 && again) {
      this.#remember({ ...this.#synced(), version: number(reply.body.version) }); // what is typed last counts
      await this.#send(false);
    }
  }

  /** Buttons that take the text to another page: it is on the server before this one is left. */
  #handOver(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-hand-over]") : null;
    if (!button?.form) return;
    event.preventDefault();
    const form = button.form;
    const draft = this.#written();
    keep(this.room.storage, this.#name, draft.text.trim() === "" ? "" : JSON.stringify(draft));
    void this.#push().finally(() => {
      form.action = button.formAction;
      form.submit();
    });
  }

  /** What stands in the field, though it may not be kept yet. */
  #written(): Draft {
    const field = this.room.element.querySelector<HTMLTextAreaElement>("#text");
    return { ...this.#local(), text: field?.value ?? "" };
  }

  /** What was written waits on the server now: it is a draft no more. */
  #left(): void {
    keep(this.room.storage, this.#name, "");
    dispatchEvent(new CustomEvent<Draft>("corridor:draft", { detail: EMPTY }));
    this.#changed();
  }

  #local(): Draft {
    const value = parseJson(this.room.storage.getItem(this.#name) ?? "");
    return isRecord(value) ? { text: text(value.text), replyTo: text(value.replyTo) } : EMPTY;
  }

  #synced(): Synced {
    const value = parseJson(this.room.storage.getItem(`${this.#name}#`) ?? "");
    return isRecord(value) ? { text: text(value.text), version: number(value.version) } : { text: "", version: 0 };
  }

  #remember(synced: Synced): void {
    keep(this.room.storage, `${this.#name}#`, synced.version === 0 ? "" : JSON.stringify(synced));
  }
}
