// What the events of messages carry.
import { type LogEvent, record, text } from "#web/protocol.ts";

export interface Posted {
  readonly id: string;
  readonly text: string;
  /** Made by the server, if the text has marks. */
  readonly html: string;
  readonly replyTo: string;
  /** The message whose thread it is in. */
  readonly thread: string;
  /** Who wrote first what was passed on. */
  readonly forwardedBy: string;
  readonly removed: boolean;
}

/** Also the shape of an edit, which has no `replyTo`. Of what was removed since, only the id is left. */
export function readPosted(event: LogEvent): Posted {
  return {
    id: text(event.body.message),
    text: text(event.body.text),
    html: text(event.body.html),
    thread: text(event.body.thread),
    forwardedBy: text(record(event.body.forwarded).name),
    replyTo: text(event.body.reply_to),
    removed: event.body.removed === true,
  };
}

const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]/g;

/** How two texts are compared that should be the same one. */
export function sameText(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

/** As the server keeps it: one kind of line break, no control characters, no white space around it. */
function plain(value: string): string {
  return value.replace(/\r\n?/g, "\n").replace(CONTROLS, "").trim().normalize("NFC");
}
