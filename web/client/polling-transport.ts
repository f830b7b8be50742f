// The way round networks that break WebSockets: commands by POST, events by a long poll.
import { command, get } from "./api.ts";
import { type Answer, type Body, type Fields, list, number, type Positions, positions, readEvent, text, words } from "./protocol.ts";
import type { Transport, TransportEvents } from "./transport.ts";

const POLL_MS = 40_000;
const BREATH_MS = 500;

export class PollingTransport implements Transport {
  #open = false;
  #poll: AbortController | undefined;

  /** `ended` gets the HTTP status that ended it, 0 if no answer came. */
  constructor(
    private readonly positions: () => Positions,
    private readonly events: TransportEvents,
    private readonly ended: (status: number) => void,
  ) {}

  open(): void {
    this.#open = true;
    void this.#run();
  }

  command(name: string, fields: Fields): Promise<Answer> {
    return command(name, fields);
  }

  /** What may be lost is not worth a request, except the read mark, which others count by. */
  say(name: string, fields: Fields): void {
    if (name === "read") void command(name, fields);
  }

  /** The next poll asks from the new position; one under way is for the old ones. */
  follow(): void {
    this.#poll?.abort();
  }

  close(): void {
    this.#open = false;
    this.#poll?.abort();
  }

  async #run(): Promise<void> {
    const me = await get("/api/v1/me", AbortSignal.timeout(10_000));
    if (!this.#open) return;
    if (me.status !== 200) return this.#end(me.status);
    this.events.welcomed(text(me.body.epoch));
    while (this.#open) {
      const waitMs = await this.#once();
      await new Promise((resume) => setTimeout(resume, waitMs));
    }
  }

  /** One long poll; returns the milliseconds to wait before the next. */
  async #once(): Promise<number> {
    const poll = new AbortController();
    this.#poll = poll;
    const timer = setTimeout(() => poll.abort(), POLL_MS);
    const rooms = Object.entries(this.positions()).map(([room, seq]) => `${room}:${seq}`);
    const reply = await get(`/api/v1/events?rooms=${rooms.join(",")}`, poll.signal);
    clearTimeout(timer);
    if (!this.#open || poll.signal.aborted) return BREATH_MS;
    if (reply.status === 429) return number(reply.body.retry_ms) || BREATH_MS;
    if (reply.status !== 200) this.#end(reply.status);
    else this.#show(reply.body);
    return BREATH_MS;
  }

  #show(news: Body): void {
    this.events.welcomed(text(news.epoch));
    for (const event of list(news.events)) this.events.event(readEvent(event));
    for (const reset of list(news.reset)) {
      this.events.reset({ type: "reset", room: text(reset.room), head: number(reset.head), reason: text(reset.reason) });
    }
    for (const room of words(news.windows)) this.events.passing({ type: "passing", room, kind: "window", body: {} });
    this.events.heads(positions(news.heads));
  }

  #end(status: number): void {
    this.#open = false;
    this.ended(status);
  }
}
