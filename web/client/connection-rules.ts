// What to do when a connection ends: pure decisions, without a clock and without a network.

export type StopReason = "protocol" | "too_many" | "access";
export type Step =
  | { readonly do: "socket"; readonly afterMs: number }
  | { readonly do: "poll" }
  | { readonly do: "sign_in"; readonly ended: boolean }
  | { readonly do: "stop"; readonly why: StopReason };

export interface SocketEnd {
  readonly code: number;
  readonly welcomed: boolean;
  readonly retryMs: number | undefined;
}

/** `unwelcomed`: sockets in a row, this one included, that ended before the server's welcome. `attempt`: tries since the
 * last good connection. */
export interface History {
  readonly unwelcomed: number;
  readonly attempt: number;
}

const STOPS: Readonly<Record<number, Step>> = {
  4500: { do: "stop", why: "protocol" },
  4501: { do: "sign_in", ended: false },
  4503: { do: "sign_in", ended: true },
  4504: { do: "stop", why: "too_many" },
  4507: { do: "stop", why: "access" },
};
const BLOCKED_AFTER = 2;
const FIRST_MS = 500;
const LONGEST_MS = 10_000;
const PROBE_FIRST_MS = 3_000;
const PROBE_LONGEST_MS = 120_000;

export function afterSocket(end: SocketEnd, history: History, random: () => number): Step {
  const stop = STOPS[end.code];
  if (stop) return stop;
  if (end.retryMs !== undefined) return { do: "socket", afterMs: end.retryMs };
  if (history.unwelcomed >= BLOCKED_AFTER) return { do: "poll" };
  return { do: "socket", afterMs: backoff(history.attempt, random) };
}

/** After polling failed as well it is not WebSockets that are blocked: the server or the network is away. */
export function afterPolling(status: number, attempt: number, random: () => number): Step {
  if (status === 401) return { do: "sign_in", ended: false };
  return { do: "socket", afterMs: backoff(attempt, random) };
}

/** Full jitter: anything between nothing and a bound that doubles, so that a school does not come back all at once. */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
}

/** How long to poll before a WebSocket is tried again: soon after the first time, since it may only have been a restart. */
export function untilProbe(probes: number, random: () => number): number {
  const bound = Math.min(PROBE_LONGEST_MS, PROBE_FIRST_MS * 2 ** Math.min(probes, 16));
  return bound * (0.75 + random() / 4);
}
