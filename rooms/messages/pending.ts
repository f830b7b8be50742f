// What the person did and the log does not show yet: their own posts below it, their edits and removals in it.
import { button, icon, inOwnWords, part, t } from "#web/page.ts";
import type { Outbox, Saved } from "#web/outbox.ts";
import { type Entry, word } from "#web/outbox-store.ts";
import type { Done } from "#web/protocol.ts";
import type { RoomLog } from "#web/room-log.ts";
import { goToBottom, seesBottom } from "../client/reader.ts";
import { giveFocus } from "../client/reader.ts";
import { matchPosts } from "./matching.ts";
import type { MessageList } from "./list.ts";
import { asWritten } from "./mention-text.ts";
import { keepText, setState, setText, sourceOf } from "./view.ts";

export interface Doing {
  readonly outbox: Outbox;
  readonly log: RoomLog | undefined;
  readonly room: string;
  /** The message whose thread is on the page; empty for the room itself. */
  readonly thread: string;
  readonly person: string;
  /** Makes the element of a post that is not in the log yet. */
  make(entry: Entry): HTMLElement;
  /** Puts what was refused back where it can be written anew. */
  rewrite(entry: Entry): void;
  /** Whether the server can be reached now. */
  reachable(): boolean;
}

export class Pending {
  readonly #element: HTMLElement;
  readonly #done = new Map<string, Saved>(); // done, and the event is still on its way
  readonly #owner = new Map<string, string>(); // message id → the key that made it
  readonly #before = new Map<string, () => void>(); // message id → how to show its text without the edit under way

  constructor(
    root: HTMLElement,
    private readonly list: MessageList,
    private readonly doing: Doing,
  ) {
    this.#element = part(root, "pending");
    doing.outbox.addEventListener("change", () => this.show());
    doing.outbox.addEventListener("saved", (event) => this.#saved((event as CustomEvent<Saved>).detail));
  }

  /** What came when it was closed is written on: its words go back to where one writes, unless files hang on it. */
  #takeBack(): void {
    if (!document.querySelector("#composer textarea")) return;
    for (const entry of this.doing.outbox.turnedBack(this.doing.room)) {
      const here = entry.name === "post_message" && word(entry, "thread") === this.doing.thread;
      if (here && entry.fields.files === undefined) this.#rewrite(entry);
    }
  }

  /** Shows everything as it now is. Called after each change of the outbox, the log or the connection. */
  show(): void {
    this.#takeBack();
    const bottom = seesBottom();
    const entries = this.doing.outbox.entries(this.doing.room);
    this.#showPosts(entries.filter((entry) => entry.name === "post_message" && word(entry, "thread") === this.doing.thread));
    this.#showChanges(entries.filter((entry) => entry.name !== "post_message"));
    if (bottom) goToBottom(); // a state that takes a line more must not push the last message out of sight
  }

  /** The log's messages were drawn anew. */
  redrawn(): void {
    this.#before.clear();
    this.show();
  }

  /** An edit is in the log now: it is what a later refusal goes back to. */
  edited(id: string): void {
    this.#before.delete(id);
  }

  #showPosts(posts: readonly Entry[]): void {
    const last = this.doing.log?.last ?? 0;
    for (const [key, { done }] of this.#done) if (done.seq <= last) this.#done.delete(key);
    const mine = this.list.all.filter((element) => element.dataset.by === this.doing.person);
    const shown = mine.map((element) => ({ id: element.id, seq: Number(element.dataset.seq), text: sourceOf(element) }));
    const there = matchPosts(posts, shown, this.#owner);
    const waiting = posts.filter((entry) => !there.has(entry.key));
    const rows = [
      ...[...this.#done.values()].map(({ entry }) => this.#row(entry, "saved")),
      ...waiting.map((entry) => this.#row(entry, entry.state)),
    ];
    this.#element.replaceChildren(...rows);
  }

  #row(entry: Entry, state: Entry["state"] | "saved"): HTMLElement {
    const present = this.#element.querySelector<HTMLElement>(`[data-key="${entry.key}"]`);
    const row = present ?? this.doing.make(entry);
    const shown = `${state} ${entry.reason ?? ""} ${this.doing.reachable()}`;
    row.dataset.key = entry.key;
    if (row.dataset.shown !== shown) this.#write(row, entry, state, "sending");
    row.dataset.shown = shown;
    return row;
  }

  #write(row: HTMLElement, entry: Entry, state: Entry["state"] | "saved", under: string): void {
    switch (state) {
      case "saved":
        return setState(row, "saved", icon("check"), t("saved"));
      case "waiting":
        return setState(row, "sending", icon("clock"), t(this.doing.reachable() ? under : "waiting"));
      case "held":
        return setState(row, "held", icon("clock"), inOwnWords(entry.reason ?? ""), this.#choices(row, entry, false));
      case "refused":
        return setState(row, "refused", icon("triangle-alert"), this.#reason(entry), this.#choices(row, entry, true));
    }
  }

  #reason(entry: Entry): string {
    return t(entry.name === "remove_message" ? "not_removed" : "not_saved", { reason: inOwnWords(entry.reason ?? "") });
  }

  #choices(row: HTMLElement, entry: Entry, again: boolean): HTMLElement {
    const { outbox } = this.doing;
    const choices = document.createElement("span");
    choices.className = "message-choices";
    choices.addEventListener("click", () => this.#refocus(row));
    if (again) choices.append(button(t("try_again"), () => outbox.retry(entry.key)));
    if (again && entry.name !== "remove_message") choices.append(button(t("edit"), () => this.#rewrite(entry)));
    choices.append(button(t("discard"), () => this.#discard(entry)));
    return choices;
  }

  /** The button that was pressed is gone: its message has the focus, or the composer if that is gone too. */
  #refocus(row: HTMLElement): void {
    if (document.activeElement !== document.body) return;
    if (row.isConnected) giveFocus(row);
    else document.getElementById("text")?.focus();
  }

  #rewrite(entry: Entry): void {
    this.#discard(entry);
    this.doing.rewrite(entry);
  }

  #discard(entry: Entry): void {
    const element = this.list.find(word(entry, "message"));
    if (element) this.#restore(element);
    this.doing.outbox.discard(entry.key);
  }

  #showChanges(changes: readonly Entry[]): void {
    const latest = new Map(changes.map((entry) => [word(entry, "message"), entry]));
    for (const element of this.list.all) {
      const entry = latest.get(element.id);
      if (entry && !element.hasAttribute("data-removed")) this.#showChange(element, entry);
      else if (element.dataset.state !== undefined && element.dataset.state !== "saved") this.#clear(element);
    }
  }

  #showChange(element: HTMLElement, entry: Entry): void {
    const removing = entry.name === "remove_message";
    if (removing || entry.state === "refused") this.#restore(element);
    else this.#preview(element, word(entry, "text"));
    this.#write(element, entry, entry.state, removing ? "removing" : "saving");
  }

  #preview(element: HTMLElement, text: string): void {
    if (!this.#before.has(element.id)) this.#before.set(element.id, keepText(element));
    setText(element, asWritten(text));
  }

  #clear(element: HTMLElement): void {
    this.#restore(element);
    setState(element, undefined);
  }

  #restore(element: HTMLElement): void {
    const restore = this.#before.get(element.id);
    this.#before.delete(element.id);
    restore?.();
  }

  #saved({ entry, done }: Saved): void {
    if (entry.room !== this.doing.room) return;
    if (entry.name !== "post_message") this.#changed(entry);
    else if (word(entry, "thread") === this.doing.thread) this.#posted(entry, done);
  }

  #posted(entry: Entry, done: Done): void {
    this.#owner.set(done.message, entry.key);
    const element = this.list.find(done.message);
    if (element) this.tick(element);
    else if (done.seq > (this.doing.log?.last ?? 0)) this.#done.set(entry.key, { entry, done });
  }

  #changed(entry: Entry): void {
    const element = this.list.find(word(entry, "message"));
    if (!element || element.hasAttribute("data-removed")) return;
    this.#before.delete(element.id);
    if (entry.name === "edit_message") this.tick(element);
  }

  /** Marks a message of this page as saved, if it was this page that sent it. */
  tick(element: HTMLElement): void {
    for (const row of this.list.element.querySelectorAll<HTMLElement>('[data-state="saved"]')) setState(row, undefined);
    setState(element, "saved", icon("check"), t("saved"));
  }

  /** Whether this message is the outcome of something that this page knows to be done. */
  made(id: string): boolean {
    return this.#owner.has(id);
  }
}
