// The live way: one WebSocket on /live.
import { type Answer, type Fields, type Positions, parseFrame, type Refused, type ServerFrame } from "./protocol.ts";
import type { SocketEnd } from "./connection-rules.ts";
import type { Transport, TransportEvents } from "./transport.ts";

const WELCOME_MS = 10_000;
const ANSWER_MS = 20_000;
const GRACE_MS = 10_000;
const CLOSED_BY_US = 1006;

export interface SocketStart {
  readonly url: string;
  readonly epoch: string;
  readonly positions: Positions;
}

export class SocketTransport implements Transport {
  #socket: WebSocket | undefined;
  #welcomed = false;
  #nextId = 1;
  #retryMs: number | undefined;
  #farewell: number | undefined;
  #watchdog = 0;
  #silenceMs = WELCOME_MS;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #subscriptions = new Map<number, string>();

  constructor(
    private readonly start: SocketStart,
    private readonly events: TransportEvents,
    private readonly ended: (end: SocketEnd) => void,
  ) {}

  open(): void {
    const socket = new WebSocket(this.start.url);
    this.#socket = socket;
    this.#watch();
    socket.onopen = () => {
      this.#send({ type: "hello", protocol: 1, epoch: this.start.epoch, rooms: this.start.positions });
    };
    socket.onmessage = (message) => this.#receive(String(message.data));
    socket.onclose = (close) => this.#end(close.code);
  }

  command(name: string, fields: Fields): Promise<Answer> {
    if (!this.#welcomed) return Promise.resolve({ type: "unknown" });
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(id, { type: "unknown" }), ANSWER_MS);
      this.#answers.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#send({ type: name, id, ...fields });
    });
  }

  say(name: string, fields: Fields): void {
    if (this.#welcomed) this.#send({ type: name, ...fields });
  }

  follow(room: string, after: number): void {
    if (!this.#welcomed) return;
    const id = this.#nextId++;
    this.#subscriptions.set(id, room);
    this.#send({ type: "subscribe", id, room, after });
  }

  close(): void {
    this.#end(CLOSED_BY_US);
  }

  #receive(data: string): void {
    this.#watch();
    const frame = parseFrame(data);
    if (frame) this.#dispatch(frame);
  }

  #dispatch(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#welcomed = true;
        this.#silenceMs = frame.ping * 1000 + GRACE_MS;
        this.#watch();
        return this.events.welcomed(frame.epoch);
      case "ping":
        this.#send({ type: "pong" });
        return this.events.heads(frame.heads);
      case "event":
        return this.events.event(frame);
      case "reset":
        return this.events.reset(frame);
      case "passing":
        return this.events.passing(frame);
      case "subscribed":
        this.#subscriptions.delete(frame.id);
        return;
      case "bye":
        this.#retryMs = frame.retryMs;
        this.#farewell = frame.code;
        return this.#end(frame.code);
      case "refused":
        return this.#subscriptions.has(frame.id) ? this.#unsubscribed(frame) : this.#answer(frame.id, frame);
      default:
        return this.#answer(frame.id, frame);
    }
  }

  #answer(id: number, answer: Answer): void {
    const resolve = this.#answers.get(id);
    this.#answers.delete(id);
    resolve?.(answer);
  }

  /** A room that may not be followed any more is fetched afresh; the page then says why. */
  #unsubscribed(refused: Refused): void {
    const room = this.#subscriptions.get(refused.id) ?? "";
    this.#subscriptions.delete(refused.id);
    if (refused.temporary) return; // the next ping's heads ask again
    this.events.reset({ type: "reset", room, head: 0, reason: "access" });
  }

  #send(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** A connection may die without a word: silence longer than a ping and some grace ends it. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = window.setTimeout(() => this.close(), this.#silenceMs);
  }

  #end(code: number): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    clearTimeout(this.#watchdog);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    for (const id of [...this.#answers.keys()]) this.#answer(id, { type: "unknown" });
    this.ended({ code: this.#farewell ?? code, welcomed: this.#welcomed, retryMs: this.#retryMs });
  }
}
