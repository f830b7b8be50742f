// The client's rule for a room's log: the next event is applied, an old one dropped, and a gap is read from the server.
import type { Positions } from "./protocol.ts";

export type Verdict = "apply" | "drop" | "gap";

export class RoomLog {
  #stale = false;

  /** `last` is the seq up to which this page shows the room. */
  constructor(public last: number) {}

  receive(seq: number): Verdict {
    if (this.#stale || seq <= this.last) return "drop";
    if (seq > this.last + 1) return "gap";
    this.last = seq;
    return "apply";
  }

  /** Whether the server's head shows that something is missing here. */
  lacks(head: number): boolean {
    return !this.#stale && head > this.last;
  }

  /** Nothing counts any more until the page has been fetched afresh. */
  expire(): void {
    this.#stale = true;
  }

  get stale(): boolean {
    return this.#stale;
  }

  /** The page was fetched afresh; `seq` was read before its rows. */
  restore(seq: number): void {
    this.last = seq;
    this.#stale = false;
  }
}

/** The logs that one page follows, all of one epoch: of one life of the database. */
export class RoomLogs {
  readonly #logs = new Map<string, RoomLog>();

  constructor(public epoch: string) {}

  follow(room: string, last: number): void {
    const log = this.#logs.get(room);
    if (log) log.restore(last);
    else this.#logs.set(room, new RoomLog(last));
  }

  get(room: string): RoomLog | undefined {
    return this.#logs.get(room);
  }

  /** Where to go on from, by room; what waits to be fetched afresh is not asked for. */
  positions(): Positions {
    const current = [...this.#logs].filter(([, log]) => !log.stale);
    return Object.fromEntries(current.map(([room, log]) => [room, log.last]));
  }

  /** Meets the server's epoch and returns the rooms to fetch afresh: all, if the database is another one. */
  meet(epoch: string): string[] {
    if (epoch === this.epoch || epoch === "") return [];
    this.epoch = epoch;
    return [...this.#logs.keys()].filter((room) => this.expire(room));
  }

  /** The rooms in which the server's heads show something that is missing here. */
  lacking(heads: Positions): string[] {
    return Object.entries(heads).flatMap(([room, head]) => (this.#logs.get(room)?.lacks(head) ? [room] : []));
  }

  /** Whether the room is followed and was not waiting already. */
  expire(room: string): boolean {
    const log = this.#logs.get(room);
    if (!log || log.stale) return false;
    log.expire();
    return true;
  }
}
