// The HTTP door: JSON in, JSON out, and what went wrong as a refusal.
import { type Answer, type Body, type Fields, readDone, readRefused, record } from "./protocol.ts";

/** `status` 0: no answer came. */
export interface Reply {
  readonly status: number;
  readonly body: Body;
}

export async function get(path: string, signal?: AbortSignal): Promise<Reply> {
  return ask(path, signal ? { signal } : {});
}

export async function post(path: string, fields: Fields): Promise<Reply> {
  return ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
    signal: AbortSignal.timeout(20_000),
  });
}

export async function command(name: string, fields: Fields): Promise<Answer> {
  return toAnswer(await post(`/api/v1/commands/${name}`, fields));
}

/** A body without a code of ours is some machine in between: then nothing is known. */
export function toAnswer(reply: Reply): Answer {
  if (reply.status === 202) return { type: "held", id: 0, message: String(reply.body.message ?? "") };
  if (reply.status >= 200 && reply.status < 300) return readDone(reply.body);
  if (typeof reply.body.code === "string") return readRefused(reply.body);
  return { type: "unknown" };
}

async function ask(path: string, init: RequestInit): Promise<Reply> {
  try {
    const response = await fetch(path, { ...init, headers: { accept: "application/json", ...init.headers } });
    const body: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body: record(body) };
  } catch {
    return { status: 0, body: {} };
  }
}
