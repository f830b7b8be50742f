// The messages of a room in their order, with the lines between days and before what is new.
import { optionalPart, part, t } from "#web/page.ts";
import { dayLabel, dayOf, labelTimes } from "#web/times.ts";
import { linkAddresses } from "./links.ts";
import { labelThread } from "./thread-lines.ts";
import { authorOf, markRemoved, setQuote, sourceOf, textOf } from "./view.ts";

/** Messages on the page at once: more make it slow to lay out, and nobody looks at them. */
const MOST = 200;

export class MessageList {
  readonly element: HTMLElement;
  readonly #root: HTMLElement | undefined;
  /** Whether the room's newest message is the last one here. */
  atEnd = true;

  constructor(private readonly root: HTMLElement) {
    this.element = part(root, "messages");
    this.#root = optionalPart(root, "root");
    this.#dress(this.all);
    if (this.#root) this.#dress([...this.#root.querySelectorAll<HTMLElement>("li.message")]);
    this.tidy();
  }

  get all(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("li.message")];
  }

  find(id: string): HTMLElement | undefined {
    if (id === "") return undefined;
    const itself = `li.message[id="${CSS.escape(id)}"]`;
    return this.element.querySelector<HTMLElement>(itself) ?? this.#root?.querySelector<HTMLElement>(itself) ?? undefined;
  }

  append(element: HTMLElement): void {
    const before = this.all.at(-1);
    this.element.append(element);
    this.#follow(before, element);
  }

  /** Puts an older page's messages on top. */
  prepend(elements: readonly HTMLElement[]): void {
    const known = elements.filter((element) => !this.find(element.id));
    this.element.prepend(...known);
    this.#dress(known);
    this.tidy();
  }

  /** Puts a newer page's messages below. */
  extend(elements: readonly HTMLElement[]): void {
    const known = elements.filter((element) => !this.find(element.id));
    this.element.append(...known);
    this.#dress(known);
    this.tidy();
  }

  /** Takes messages away at one end until there are not too many. */
  trim(end: "first" | "last"): void {
    const all = this.all;
    const over = all.length - MOST;
    if (over <= 0) return;
    for (const element of end === "first" ? all.slice(0, over) : all.slice(-over)) element.remove();
    if (end === "last") this.atEnd = false;
    this.tidy();
  }

  /** Shows these messages and no others; those that are here and look the same stay the elements they are. */
  replace(elements: readonly HTMLElement[]): void {
    const line = this.unreadLine?.nextElementSibling?.id ?? "";
    const next = elements.map((element) => {
      const present = this.find(element.id);
      return present && looksLike(present, element) ? present : element;
    });
    this.element.replaceChildren(...next);
    this.#dress(next);
    this.tidy();
    this.drawUnreadLine(this.find(line));
  }

  /** Quotes of a message follow what happens to it: its words may not live on in them. */
  requote(id: string): void {
    const quoted = this.find(id);
    for (const link of this.root.querySelectorAll<HTMLElement>(`.quote[data-reply-to="${CSS.escape(id)}"]`)) {
      const reply = link.closest<HTMLElement>("li.message");
      if (reply && !reply.hasAttribute("data-removed")) setQuote(reply, this.quote(id, quoted));
    }
  }

  quote(id: string, quoted = this.find(id)): { id: string; name: string; excerpt: string } {
    if (!quoted) return { id, name: t("earlier_message"), excerpt: "" };
    const removed = quoted.hasAttribute("data-removed");
    const excerpt = removed ? t("removed_message") : [...textOf(quoted)].slice(0, 160).join("");
    return { id, name: authorOf(quoted), excerpt };
  }

  remove(id: string): void {
    const element = this.find(id);
    if (element) markRemoved(element);
    for (const link of this.root.querySelectorAll<HTMLElement>(`.quote[data-reply-to="${CSS.escape(id)}"]`)) {
      part(link, "quote-text").textContent = t("removed_message");
    }
  }

  get unreadLine(): Element | null {
    return this.element.querySelector(".unread-line");
  }

  /** Draws the line before what is new, or takes it away. */
  drawUnreadLine(before: HTMLElement | undefined): void {
    this.unreadLine?.remove();
    if (!before) return;
    const line = document.createElement("li");
    const label = document.createElement("span");
    line.className = "unread-line";
    label.textContent = t("new_line");
    line.append(label);
    before.before(line);
    before.removeAttribute("data-continued");
  }

  /** Draws the lines between days and joins what one person said in one go; lines that are right stay as they are. */
  tidy(): void {
    for (const line of this.element.querySelectorAll<HTMLElement>(".day-line")) {
      const next = line.nextElementSibling;
      const first = next?.classList.contains("unread-line") === true ? next.nextElementSibling : next;
      if (first?.classList.contains("message") !== true) line.remove();
    }
    let before: HTMLElement | undefined;
    for (const element of this.all) {
      this.#follow(before, element);
      before = element;
    }
  }

  #follow(before: HTMLElement | undefined, element: HTMLElement): void {
    const at = new Date(element.dataset.at ?? "");
    const newDay = !before || dayOf(new Date(before.dataset.at ?? "")) !== dayOf(at);
    const afterLine = element.previousElementSibling?.classList.contains("unread-line") === true;
    this.#drawDay(newDay && !Number.isNaN(at.getTime()) ? at : undefined, element);
    element.toggleAttribute("data-continued", !newDay && !afterLine && continues(before, element));
  }

  /** The line above a message says its day, or is not there. */
  #drawDay(at: Date | undefined, element: HTMLElement): void {
    const unread = element.previousElementSibling?.classList.contains("unread-line");
    const below = (unread ? element.previousElementSibling : element) ?? element;
    const above = below.previousElementSibling;
    const present = above?.classList.contains("day-line") === true ? above : undefined;
    if (at && present?.textContent === dayLabel(at)) return;
    present?.remove();
    if (!at) return;
    const line = document.createElement("li");
    const label = document.createElement("time");
    line.className = "day-line";
    label.dateTime = dayOf(at);
    label.textContent = dayLabel(at);
    line.append(label);
    below.before(line);
  }

  #dress(elements: readonly HTMLElement[]): void {
    for (const element of elements) {
      labelTimes(element);
      labelThread(element);
      linkAddresses(part(element, "text"));
    }
  }
}

/** The messages of a page that was fetched. */
export function messagesOf(page: Document): HTMLElement[] {
  const found = page.querySelectorAll<HTMLElement>('[data-part="messages"] > li.message');
  return Array.from(found, (element) => document.importNode(element, true));
}

/** The same rule as in room.html: the same author in the same ten minutes, and not a reply. */
function continues(before: HTMLElement | undefined, element: HTMLElement): boolean {
  const moment = (message: HTMLElement): string => (message.dataset.at ?? "").slice(0, 15);
  const reply = !part(element, "quote").hidden;
  return before !== undefined && before.dataset.by === element.dataset.by && moment(before) === moment(element) && !reply;
}

function looksLike(a: HTMLElement, b: HTMLElement): boolean {
  const look = (message: HTMLElement): string =>
    [
      message.dataset.seq,
      message.hasAttribute("data-removed"),
      authorOf(message),
      sourceOf(message),
      part(message, "thread").textContent,
      part(message, "edited").hidden,
      part(message, "quote-text").textContent,
      part(message, "actions").hidden,
      message.dataset.state === undefined,
    ].join("\n");
  return look(a) === look(b);
}
