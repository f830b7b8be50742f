// Keeps the page connected: chooses the transport, applies the log's rule, and tells the page what is true.
import { afterPolling, afterSocket, type SocketEnd, type Step, type StopReason, untilProbe } from "./connection-rules.ts";
import { heed } from "./heeding.ts";
import { PollingTransport } from "./polling-transport.ts";
import type { Answer, Fields, LogEvent, Passing, Positions, Reset } from "./protocol.ts";
import type { RoomLogs } from "./room-log.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { Transport, TransportEvents } from "./transport.ts";

export type Line = "connecting" | "live" | "polling" | "reconnecting" | "offline" | "stopped";

export interface Page {
  line(line: Line, why?: StopReason): void;
  event(event: LogEvent): void;
  /** The room must be fetched afresh and then followed again. */
  expired(room: string, reason: string): void;
  passing(passing: Passing): void;
  /** Nobody is signed in here any more; `ended` if this session was ended on purpose, here or on another device. */
  signIn(ended: boolean): void;
}

export class Connection implements TransportEvents {
  #transport: Transport | undefined;
  #candidate: SocketTransport | undefined;
  #line: Line = "connecting";
  #ready = false;
  #unwelcomed = 0;
  #attempt = 0;
  #probes = 0;
  #timer = 0;
  readonly #asked = new Map<string, number>();
  readonly #late = new Set<string>();
  readonly #aside = new Map<string, () => void>();
  /** The page's, if it has one. */
  static current: Connection | undefined;

  constructor(
    private readonly logs: RoomLogs,
    private readonly page: Page,
  ) {
    Connection.current = this;
  }

  start(): void {
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#lost());
    addEventListener("pageshow", (event) => event.persisted && this.#hurry());
    addEventListener("pagehide", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && !this.#transport) this.#hurry();
    });
    this.#openSocket();
  }

  /** Whether a command would reach the server now. */
  get ready(): boolean {
    return this.#ready;
  }

  async command(name: string, fields: Fields): Promise<Answer> {
    if (!this.#transport || !this.#ready) return { type: "unknown" };
    return this.#transport.command(name, fields);
  }

  say(name: string, fields: Fields): void {
    if (this.#ready) this.#transport?.say(name, fields);
  }

  /** Follows a room from `last` on, at first and after it was fetched afresh. */
  follow(room: string, last: number): void {
    this.#aside.delete(room);
    this.#followFrom(room, last);
  }

  /** Follows a room of which the page itself is told nothing: what is on every page hears of it by `whenHeard`. */
  followAside(room: string, last: number, expired: () => void): void {
    const log = this.logs.get(room);
    if (log && (!log.stale || !this.#aside.has(room))) return;
    this.#aside.set(room, expired);
    this.#followFrom(room, last);
  }

  #followFrom(room: string, last: number): void {
    this.logs.follow(room, last);
    this.#asked.delete(room);
    if (this.#ready) this.#transport?.follow(room, last);
    else this.#late.add(room); // what is being opened may have said already which rooms it wants
  }

  stop(why: StopReason): void {
    this.#take({ do: "stop", why });
  }

  /** Lets go of the line until the page is looked at again. */
  rest(): void {
    if (this.#line !== "stopped") this.#drop();
  }

  welcomed(epoch: string): void {
    const expired = this.logs.meet(epoch);
    if (!this.#ready) this.#connected();
    for (const room of expired) this.#expired(room, "epoch");
  }

  event(event: LogEvent): void {
    const verdict = this.logs.get(event.room)?.receive(event.seq);
    if (verdict === "apply") heed(event);
    if (verdict === "apply" && !this.#aside.has(event.room)) this.page.event(event);
    if (verdict === "gap") this.#fill(event.room);
  }

  reset(reset: Reset): void {
    if (this.logs.expire(reset.room)) this.#expired(reset.room, reset.reason);
  }

  #expired(room: string, reason: string): void {
    const aside = this.#aside.get(room);
    if (aside) aside();
    else this.page.expired(room, reason);
  }

  passing(passing: Passing): void {
    this.page.passing(passing);
  }

  heads(heads: Positions): void {
    this.#asked.clear(); // an earlier request for a gap may have been lost: it is asked for again
    for (const room of this.logs.lacking(heads)) this.#fill(room);
  }

  /** Asks once for what is missing after `last`, however many later events show the same gap. */
  #fill(room: string): void {
    const last = this.logs.get(room)?.last ?? 0;
    if (this.#asked.get(room) === last) return;
    this.#asked.set(room, last);
    this.#transport?.follow(room, last);
  }

  #connected(): void {
    this.#ready = true;
    this.#attempt = 0;
    this.#asked.clear();
    for (const room of this.#late) {
      const log = this.logs.get(room);
      if (log && !log.stale) this.#transport?.follow(room, log.last);
    }
    this.#late.clear();
    const live = this.#transport instanceof SocketTransport;
    this.#say(live ? "live" : "polling");
    if (live) this.#unwelcomed = this.#probes = 0;
    else this.#probeLater();
  }

  #openSocket(): void {
    this.#late.clear(); // it asks for all rooms that are followed by now
    const socket = this.#socket(this, (end) => this.#transport === socket && this.#socketEnded(end));
    this.#transport = socket;
    socket.open();
  }

  #openPolling(): void {
    this.#transport = new PollingTransport(() => this.logs.positions(), this, (status) => this.#pollingEnded(status));
    this.#transport.open();
  }

  #socket(events: TransportEvents, ended: (end: SocketEnd) => unknown): SocketTransport {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const start = { url: `${scheme}://${location.host}/live`, epoch: this.logs.epoch, positions: this.logs.positions() };
    return new SocketTransport(start, events, ended);
  }

  #socketEnded(end: SocketEnd): void {
    this.#ready = false;
    this.#unwelcomed = end.welcomed ? 0 : this.#unwelcomed + 1;
    const history = { unwelcomed: this.#unwelcomed, attempt: this.#attempt++ };
    this.#take(afterSocket(end, history, Math.random));
  }

  #pollingEnded(status: number): void {
    this.#ready = false;
    this.#unwelcomed = 1;
    this.#take(afterPolling(status, this.#attempt, Math.random));
  }

  #take(step: Step): void {
    clearTimeout(this.#timer);
    this.#transport = undefined;
    switch (step.do) {
      case "socket":
        this.#say(navigator.onLine ? "reconnecting" : "offline");
        this.#timer = window.setTimeout(() => this.#openSocket(), step.afterMs);
        return;
      case "poll":
        return this.#openPolling();
      case "sign_in":
        this.#drop();
        return this.page.signIn(step.ended);
      case "stop":
        this.#drop();
        this.#line = "stopped";
        return this.page.line("stopped", step.why);
    }
  }

  /** While polling works a WebSocket is tried now and then beside it, and takes over once it is welcomed. */
  #probeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#probe(), untilProbe(this.#probes++, Math.random));
  }

  #probe(): void {
    this.#candidate?.close();
    const candidate = this.#socket(
      {
        welcomed: (epoch) => this.#promote(candidate, epoch),
        event: (event) => this.event(event),
        reset: (reset) => this.reset(reset),
        passing: (passing) => this.passing(passing),
        heads: (heads) => this.heads(heads),
      },
      (end) => {
        if (this.#transport === candidate) this.#socketEnded(end);
        else if (this.#candidate === candidate) this.#probeLater();
      },
    );
    this.#candidate = candidate;
    candidate.open();
  }

  #promote(candidate: SocketTransport, epoch: string): void {
    const polling = this.#transport;
    this.#transport = candidate;
    this.#candidate = undefined;
    polling?.close();
    this.#ready = false;
    this.welcomed(epoch);
  }

  /** The device says that something changed for the better: no reason to wait any longer. */
  #hurry(): void {
    if (this.#ready || this.#line === "stopped") return;
    this.#drop();
    this.#attempt = 0;
    this.#say("reconnecting");
    this.#openSocket();
  }

  #lost(): void {
    if (this.#line === "stopped") return;
    this.#drop();
    this.#take({ do: "socket", afterMs: 5_000 });
  }

  /** Ends what is open without the decisions that follow an end. */
  #drop(): void {
    clearTimeout(this.#timer);
    const open = [this.#transport, this.#candidate];
    this.#transport = this.#candidate = undefined;
    this.#ready = false;
    for (const transport of open) transport?.close();
    clearTimeout(this.#timer);
  }

  #say(line: Line): void {
    this.#line = line;
    this.page.line(line);
  }
}
