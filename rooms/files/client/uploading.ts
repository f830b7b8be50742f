// One file on its way: begun by a command, brought in parts, and gone on with where the line broke.
import { post, type Reply } from "#web/api.ts";
import { inOwnWords } from "#web/page.ts";
import { type Body, number, record, text } from "#web/protocol.ts";
import { uuid } from "#web/uuid.ts";

export type Stage = "waiting" | "sending" | "stalled" | "checking" | "ready" | "refused";

/** A file that the server has checked. Sizes of a picture in pixels; 0 for what is none. */
export interface Sent {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
  /** Of a sound, where it is known; else 0. */
  readonly lengthMs: number;
}

/** What an upload needs of its surroundings. */
export interface Ways {
  ask(path: string, init: RequestInit): Promise<Reply>;
  /** Waits, or until the line is back. */
  wait(ms: number, given: AbortSignal): Promise<void>;
}

const PART = 512 * 1024;
const PATIENCE_MS = 1_000;
const LONGEST_MS = 20_000;

class GivenUp extends Error {}
class Refused extends Error {}

export class Upload extends EventTarget {
  stage: Stage = "waiting";
  received = 0;
  reason = "";
  sent: Sent | undefined;
  #id = "";
  #patience = PATIENCE_MS;
  readonly #given = new AbortController();

  constructor(
    readonly room: string,
    readonly file: File,
    readonly key: string,
    private readonly ways: Ways = browserWays,
    /** Recorded here as a voice note. */
    private readonly voice = false,
  ) {
    super();
  }

  /** Of 100. */
  get percent(): number {
    return Math.floor((100 * this.received) / Math.max(1, this.file.size));
  }

  /** Returns when the file is ready or refused, or was given up. It may be called again after a refusal. */
  async run(): Promise<void> {
    try {
      await this.#begin();
      if (!this.sent) await this.#bring();
      this.#show("ready");
    } catch (error) {
      if (error instanceof GivenUp) return;
      this.reason = error instanceof Refused ? error.message : inOwnWords("The server cannot save at the moment. Try again soon.");
      this.#show("refused");
    }
  }

  /** Stops, and has the server forget what has arrived. */
  giveUp(): void {
    this.#given.abort();
    const kept = this.#id !== "" && this.stage !== "refused"; // what was refused is forgotten already
    if (kept) void this.ways.ask(`/api/v1/files/${this.#id}`, { method: "DELETE" });
  }

  async #begin(): Promise<void> {
    this.#show("sending");
    const fields = { room: this.room, key: this.key, name: this.file.name.slice(-900) || "file", size: this.file.size };
    const voice = this.voice ? { voice: true } : {};
    const begun = await this.#insist("/api/v1/commands/begin_upload", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fields, ...voice }),
    });
    this.#id = text(begun.file);
    this.#learn(await this.#insist(this.#path, {}));
  }

  async #bring(): Promise<void> {
    while (this.received < this.file.size) {
      this.#show("sending");
      const part = this.file.slice(this.received, this.received + PART);
      const headers = { "upload-offset": String(this.received), "content-type": "application/octet-stream" };
      this.#learn(await this.#insist(this.#path, { method: "PATCH", headers, body: part }));
    }
    this.#show("checking");
    this.sent = readSent(await this.#insist(`${this.#path}/finish`, { method: "POST" }));
  }

  get #path(): string {
    return `/api/v1/files/${this.#id}`;
  }

  #learn(state: Body): void {
    if (typeof state.kind === "string") this.sent = readSent(state);
    else this.received = number(state.received);
    this.#patience = PATIENCE_MS;
  }

  /** Asks until there is an answer. Of a part that came in the wrong place the answer is where the right one is. */
  async #insist(path: string, init: RequestInit): Promise<Body> {
    for (;;) {
      if (this.#given.signal.aborted) throw new GivenUp();
      const reply = await this.ways.ask(path, { ...init, signal: this.#given.signal });
      if (this.#given.signal.aborted) throw new GivenUp();
      if (reply.status >= 200 && reply.status < 300) return reply.body;
      if (reply.status === 409 && typeof reply.body.offset === "number") return { received: reply.body.offset };
      const lost = reply.status === 0 || typeof reply.body.code !== "string";
      if (!lost && reply.body.temporary !== true) throw new Refused(inOwnWords(text(reply.body.message)));
      await this.#rest(number(reply.body.retry_ms));
      // What arrived of a part before the line broke is kept: the place to go on from has to be asked for.
      if (init.method === "PATCH") return this.#insist(path, {});
    }
  }

  async #rest(ms: number): Promise<void> {
    this.#show("stalled");
    await this.ways.wait(ms || this.#patience, this.#given.signal);
    this.#patience = Math.min(this.#patience * 2, LONGEST_MS);
  }

  #show(stage: Stage): void {
    this.stage = stage;
    this.dispatchEvent(new Event("change"));
  }
}

export function readSent(body: Body): Sent {
  return {
    id: text(body.id),
    name: text(body.name),
    kind: text(body.kind),
    size: number(body.size),
    width: number(body.width),
    height: number(body.height),
    alt: text(body.alt),
    lengthMs: number(body.length_ms ?? body.lengthMs), // as the server says it, or as it was kept with a draft
  };
}

const browserWays: Ways = {
  async ask(path, init) {
    try {
      const response = await fetch(path, { ...init, headers: { accept: "application/json", ...init.headers } });
      return { status: response.status, body: record(await response.json().catch(() => undefined)) };
    } catch {
      return { status: 0, body: {} };
    }
  },
  wait(ms, given) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      addEventListener("online", () => resume(), { once: true, signal: given });
      given.addEventListener("abort", () => {
        clearTimeout(timer);
        resume();
      });
    });
  },
};

export async function describe(room: string, file: string, alt: string): Promise<void> {
  await post("/api/v1/commands/describe_file", { room, file, alt, key: uuid() });
}
