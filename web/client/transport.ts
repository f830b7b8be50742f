// One interface for the two ways to the server, so that the rest of the client does not know which one is in use.
import type { Answer, Fields, LogEvent, Passing, Positions, Reset } from "./protocol.ts";

export interface Transport {
  open(): void;
  /** Sends a command and answers what became of it; never rejects. */
  command(name: string, fields: Fields): Promise<Answer>;
  /** Sends what may be lost. */
  say(name: string, fields: Fields): void;
  /** Asks for the room's events after `after`. */
  follow(room: string, after: number): void;
  close(): void;
}

export interface TransportEvents {
  welcomed(epoch: string): void;
  event(event: LogEvent): void;
  reset(reset: Reset): void;
  passing(passing: Passing): void;
  heads(heads: Positions): void;
}
