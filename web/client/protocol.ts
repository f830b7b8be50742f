// The frames of /live and the answers of /api/v1 as types, and the one place where what arrives becomes one of them.

export type Positions = Readonly<Record<string, number>>;
export type Body = Readonly<Record<string, unknown>>;
export type Fields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface LogEvent {
  readonly type: "event";
  readonly room: string;
  readonly seq: number;
  readonly kind: string;
  readonly by: string;
  readonly at: string;
  readonly body: Body;
}

export interface Welcome {
  readonly type: "welcome";
  readonly epoch: string;
  /** Seconds between two pings. */
  readonly ping: number;
}

export interface Subscribed {
  readonly type: "subscribed";
  readonly id: number;
  readonly room: string;
  readonly head: number;
  readonly more: boolean;
}

export interface Done {
  readonly type: "done";
  readonly id: number;
  readonly room: string;
  readonly seq: number;
  readonly message: string;
  readonly at: string;
  readonly repeat: boolean;
}

export interface Held {
  readonly type: "held";
  readonly id: number;
  readonly message: string;
}

export interface Refused {
  readonly type: "refused";
  readonly id: number;
  readonly code: string;
  readonly message: string;
  readonly temporary: boolean;
  readonly retryMs: number | undefined;
}

export interface Reset {
  readonly type: "reset";
  readonly room: string;
  readonly head: number;
  readonly reason: string;
}

export interface Passing {
  readonly type: "passing";
  readonly room: string;
  readonly kind: string;
  readonly body: Body;
}

export interface Ping {
  readonly type: "ping";
  readonly heads: Positions;
}

export interface Bye {
  readonly type: "bye";
  readonly code: number;
  readonly retryMs: number | undefined;
}

export type ServerFrame = Welcome | Subscribed | Done | Held | Refused | Reset | Passing | LogEvent | Ping | Bye;

/** What became of a command. `unknown`: the answer was lost; the same key tells when it is sent again. */
export type Answer = Done | Held | Refused | { readonly type: "unknown" };

/** A frame of the server, or undefined for what this client does not know: additions are passed over, not feared. */
export function parseFrame(text: string): ServerFrame | undefined {
  const frame = parseJson(text);
  return isRecord(frame) ? readFrame(frame) : undefined;
}

export function readFrame(frame: Body): ServerFrame | undefined {
  switch (frame.type) {
    case "welcome":
      return { type: "welcome", epoch: text(frame.epoch), ping: number(frame.ping) || 25 };
    case "subscribed":
      return {
        type: "subscribed",
        id: number(frame.id),
        room: text(frame.room),
        head: number(frame.head),
        more: frame.more === true,
      };
    case "done":
      return readDone(frame);
    case "held":
      return { type: "held", id: number(frame.id), message: text(frame.message) };
    case "refused":
      return readRefused(frame);
    case "reset":
      return { type: "reset", room: text(frame.room), head: number(frame.head), reason: text(frame.reason) };
    case "passing":
      return { type: "passing", room: text(frame.room), kind: text(frame.kind), body: record(frame.body) };
    case "event":
      return readEvent(frame);
    case "ping":
      return { type: "ping", heads: positions(frame.heads) };
    case "bye":
      return { type: "bye", code: number(frame.code), retryMs: optionalNumber(frame.retry_ms) };
    default:
      return undefined;
  }
}

export function readEvent(frame: Body): LogEvent {
  return {
    type: "event",
    room: text(frame.room),
    seq: number(frame.seq),
    kind: text(frame.kind),
    by: text(frame.by),
    at: text(frame.at),
    body: record(frame.body),
  };
}

export function readDone(frame: Body): Done {
  return {
    type: "done",
    id: number(frame.id),
    room: text(frame.room),
    seq: number(frame.seq),
    message: text(frame.message),
    at: text(frame.at),
    repeat: frame.repeat === true,
  };
}

const TEMPORARY = new Set(["rate_limited", "unavailable"]);

export function readRefused(frame: Body): Refused {
  const code = text(frame.code) || "unavailable";
  return {
    type: "refused",
    id: number(frame.id),
    code,
    message: text(frame.message),
    temporary: frame.temporary === true || TEMPORARY.has(code),
    retryMs: optionalNumber(frame.retry_ms),
  };
}

export function positions(value: unknown): Positions {
  const entries = Object.entries(record(value)).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(entries);
}

export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Body {
  return isRecord(value) ? value : {};
}

export function list(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function number(value: unknown): number {
  return optionalNumber(value) ?? 0;
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
