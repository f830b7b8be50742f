// What the events of messages carry.
import { type LogEvent, text } from "#web/protocol.ts";

export interface Posted {
  readonly id: string;
  readonly text: string;
  readonly replyTo: string;
  readonly removed: boolean;
}

/** Also the shape of an edit, which has no `replyTo`. Of what was removed since, only the id is left. */
export function readPosted(event: LogEvent): Posted {
  return {
    id: text(event.body.message),
    text: text(event.body.text),
    replyTo: text(event.body.reply_to),
    removed: event.body.removed === true,
  };
}

/** How two texts are compared that should be the same one. */
export function sameText(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(value: string): string {
  return value.replace(/\r\n?/g, "\n").trim().normalize("NFC");
}
