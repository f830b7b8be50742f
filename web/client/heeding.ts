// What every page heeds of what it hears, whatever else it does with it.
import { forgetPage } from "./kept-pages.ts";
import { followLook } from "./look.ts";
import { type LogEvent, text } from "./protocol.ts";

const TAKEN_BACK = ["message_removed", "message_edited", "member_removed"];

const listeners = new Set<(event: LogEvent) => void>();

/** Has what is on every page hear of what happens in all rooms that the page follows. */
export function whenHeard(listener: (event: LogEvent) => void): void {
  listeners.add(listener);
}

/** A change of the person's own look; and what was taken back may not stay in a page that is kept for reading offline. */
export function heed(event: LogEvent): void {
  for (const each of listeners) each(event);
  if (event.kind === "look_changed") followLook(event.body);
  else if (TAKEN_BACK.includes(event.kind)) void forgetPage(`/rooms/${event.room}`);
  else if (event.kind === "room_left") void forgetPage(`/rooms/${text(event.body.room)}`);
}
