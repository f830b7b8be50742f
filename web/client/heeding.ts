// What every page heeds of what it hears, whatever else it does with it.
import { forgetPage } from "./kept-pages.ts";
import { followLook } from "./look.ts";
import { type LogEvent, text } from "./protocol.ts";

const TAKEN_BACK = ["message_removed", "message_edited", "member_removed"];

/** A change of the person's own look; and what was taken back may not stay in a page that is kept for reading offline. */
export function heed(event: LogEvent): void {
  if (event.kind === "look_changed") followLook(event.body);
  else if (TAKEN_BACK.includes(event.kind)) void forgetPage(`/rooms/${event.room}`);
  else if (event.kind === "room_left") void forgetPage(`/rooms/${text(event.body.room)}`);
}
