// "3 replies, 1 new, last at 14:05" below the messages of a room, as it changes.
import { part, t } from "#web/page.ts";
import { type LogEvent, text } from "#web/protocol.ts";
import { dayLabel, labelTimes } from "#web/times.ts";

const MOST_SHOWN = 99;

export class ThreadLines {
  readonly #roots = new Map<string, string>(); // reply → root

  constructor(
    private readonly find: (id: string) => HTMLElement | undefined,
    private readonly person: string,
  ) {}

  /** Somebody answered in a thread. */
  replied(event: LogEvent): void {
    const root = text(event.body.thread);
    this.#roots.set(text(event.body.message), root);
    const line = this.#line(root);
    if (!line) return;
    const mine = event.by === this.person;
    if (mine || this.find(root)?.hasAttribute("data-mine")) line.toggleAttribute("data-follows", true);
    line.dataset.replies = String(count(line.dataset.replies) + 1);
    if (!mine && line.hasAttribute("data-follows")) line.dataset.new = String(count(line.dataset.new) + 1);
    line.dataset.last = event.at;
    draw(line);
  }

  /** A reply was removed that came while this page was open; others are right again when the page is fetched anew. */
  removed(id: string): void {
    const line = this.#line(this.#roots.get(id) ?? "");
    if (!line || !this.#roots.delete(id)) return;
    line.dataset.replies = String(Math.max(0, count(line.dataset.replies) - 1));
    line.dataset.new = String(Math.min(count(line.dataset.new), count(line.dataset.replies)));
    draw(line);
  }

  /** Somebody read it, here or on another device. */
  read(root: string): void {
    const line = this.#line(root);
    if (!line || count(line.dataset.new) === 0) return;
    line.dataset.new = "0";
    draw(line);
  }

  #line(root: string): HTMLElement | undefined {
    const message = this.find(root);
    return message && part(message, "thread");
  }
}

export function labelThread(message: HTMLElement): void {
  const line = part(message, "thread");
  if (!line.hidden) draw(line);
}

function draw(line: HTMLElement): void {
  const [replies, fresh] = [count(line.dataset.replies), count(line.dataset.new)];
  const last = part<HTMLTimeElement>(line, "thread-last");
  line.hidden = replies === 0;
  part(line, "thread-count").textContent = t("thread_replies", { count: replies });
  part(line, "thread-new").hidden = fresh === 0;
  part(line, "thread-new").textContent = t("thread_new", { count: Math.min(fresh, MOST_SHOWN) });
  last.dateTime = line.dataset.last ?? "";
  part(line, "thread-day").textContent = dayLabel(new Date(last.dateTime));
  labelTimes(line);
}

function count(value: string | undefined): number {
  return Number(value ?? 0) || 0;
}
