// What was written and is not yet known to be saved. It is sent in order, again and again with the same key, until the
// server says that it is done or that it will not do it.
import type { Entry, OutboxStore, Said } from "./outbox-store.ts";
import type { Answer, Done } from "./protocol.ts";
import { uuid } from "./uuid.ts";

export interface Surroundings {
  /** Sends it now, and answers "unknown" where no answer came. */
  send(entry: Entry): Promise<Answer>;
  /** Whether sending makes sense now. */
  ready(): boolean;
  /** Runs the work in one tab at a time, where the browser can promise that. */
  alone(work: () => Promise<void>): Promise<void>;
  wait(ms: number): Promise<void>;
  /** Tells the other tabs. */
  tell(news: News): void;
}

/** What one tab tells the others. */
export type News = { readonly type: "changed" } | { readonly type: "saved"; readonly entry: Entry; readonly done: Done };

export interface Written {
  readonly room: string;
  readonly name: string;
  readonly fields: Said;
  readonly after: number;
}

/** It is closed for now: nobody waits in line for that, and the words go back to where they were written. */
const CLOSED = new Set(["window_closed", "paused"]);

const PATIENCE_MS = 2_000;
const LONGEST_MS = 30_000;

export class Outbox extends EventTarget {
  #draining: Promise<void> | undefined;
  #again = false;
  #written = 0;

  constructor(
    private readonly store: OutboxStore,
    private readonly outside: Surroundings,
    private readonly now: () => number = Date.now,
  ) {
    super();
  }

  get durable(): boolean {
    return this.store.durable;
  }

  /** The entries of a room, or all, in the order of writing. */
  entries(room?: string): Entry[] {
    const all = this.store.list();
    return room === undefined ? all : all.filter((entry) => entry.room === room);
  }

  add(written: Written): Entry {
    const order = `${this.now().toString(36).padStart(10, "0")}${(this.#written++).toString(36).padStart(4, "0")}`;
    const entry: Entry = { ...written, key: uuid(), order, state: "waiting" };
    this.#put(entry);
    void this.drain();
    return entry;
  }

  /** Sends a refused one again: with its key, unless the key itself was what the server refused. */
  retry(key: string): void {
    const found = this.#find(key);
    if (!found) return;
    const { code, reason: _reason, ...entry } = found;
    if (code === "key_conflict") this.store.remove(found);
    this.#put({ ...entry, key: code === "key_conflict" ? uuid() : key, state: "waiting" });
    void this.drain();
  }

  /** The entries of a room that came back because it is closed for now. */
  turnedBack(room: string): Entry[] {
    return this.entries(room).filter((entry) => entry.state === "refused" && CLOSED.has(entry.code ?? ""));
  }

  discard(key: string): Entry | undefined {
    const entry = this.#find(key);
    if (entry) this.#remove(entry);
    return entry;
  }

  /** Another tab has news. */
  hear(news: News): void {
    if (news.type === "saved") {
      this.store.remove(news.entry); // storage may reach this tab later than the news
      this.#announce(news.entry, news.done);
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Sends what waits until nothing does or sending makes no sense; called whenever either may have changed. */
  drain(): Promise<void> {
    this.#again = true;
    this.#draining ??= this.#run().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.outside.alone(() => this.#sendAll());
    }
  }

  async #sendAll(): Promise<void> {
    let patience = PATIENCE_MS;
    for (let entry = this.#first(); entry && this.outside.ready(); entry = this.#first()) {
      const answer = await this.outside.send(entry);
      const waitMs = this.#settle(entry, answer, patience);
      if (waitMs === undefined) return;
      patience = waitMs > 0 ? Math.min(patience * 2, LONGEST_MS) : PATIENCE_MS;
      if (waitMs > 0) await this.outside.wait(waitMs);
    }
  }

  #first(): Entry | undefined {
    return this.store.list().find((entry) => entry.state === "waiting");
  }

  /** Returns the milliseconds to wait before the next, or undefined to stop sending for now. */
  #settle(entry: Entry, answer: Answer, patience: number): number | undefined {
    if (!this.#find(entry.key)) return 0; // discarded or wiped meanwhile
    switch (answer.type) {
      case "done":
        this.#saved(entry, answer);
        return 0;
      case "held":
        this.#put({ ...entry, state: "held", reason: answer.message });
        return 0;
      case "unknown":
        return this.outside.ready() ? patience : undefined;
      case "refused":
        if (answer.code === "unauthenticated") return this.#stop();
        if (answer.temporary && !CLOSED.has(answer.code)) return answer.retryMs ?? patience;
        this.#put({ ...entry, state: "refused", code: answer.code, reason: answer.message });
        this.dispatchEvent(new Event("refused"));
        return 0;
    }
  }

  /** Whoever waits for this tab's turn has nothing to wait for: the person is signed out. */
  #stop(): undefined {
    this.#again = false;
  }

  #saved(entry: Entry, done: Done): void {
    this.#announce(entry, done);
    this.outside.tell({ type: "saved", entry, done });
    this.#remove(entry);
  }

  #announce(entry: Entry, done: Done): void {
    this.dispatchEvent(new CustomEvent<Saved>("saved", { detail: { entry, done } }));
  }

  #find(key: string): Entry | undefined {
    return this.store.list().find((entry) => entry.key === key);
  }

  #put(entry: Entry): void {
    this.store.put(entry);
    this.#changed();
  }

  #remove(entry: Entry): void {
    this.store.remove(entry);
    this.#changed();
  }

  #changed(): void {
    this.outside.tell({ type: "changed" });
    this.dispatchEvent(new Event("change"));
  }
}

export interface Saved {
  readonly entry: Entry;
  readonly done: Done;
}
