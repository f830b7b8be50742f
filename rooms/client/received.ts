// Tells the server which stickies have come to this device: at most once in a while for each thread, whichever page it is.
import { Connection } from "#web/connection.ts";
import { whenHeard } from "#web/heeding.ts";
import { pageData } from "#web/page.ts";
import { type LogEvent, number, text } from "#web/protocol.ts";

const GATHER_MS = 250;
const RETRY_MS = 4_000;

const threads = new Set<string>();
const wanted = new Map<string, number>();
const sent = new Map<string, number>();
let timer = 0;

/** Whether the page is that of a thread of stickies between people; where help is asked for nothing is ever quiet. */
export function isThread(): boolean {
  return kind() === "thread";
}

function kind(): string {
  return text(pageData().settled).split(" ")[0] ?? "";
}

/** Of these rooms the authors may want to know that their stickies have come. */
export function knowThread(room: string): void {
  threads.add(room);
}

/** Everything of a thread up to `seq` is on this device. */
export function received(room: string, seq: number): void {
  if (seq <= Math.max(wanted.get(room) ?? 0, sent.get(room) ?? 0)) return;
  wanted.set(room, seq);
  if (timer === 0) timer = window.setTimeout(() => void flush(), GATHER_MS);
}

/** Has every page that is connected say what has come to it. */
export function watchReceived(): void {
  whenHeard(heard);
  if (document.documentElement.dataset.kept !== undefined) return; // a page that was kept says nothing of now
  if (!["thread", "help"].includes(kind())) return;
  knowThread(text(pageData().room));
  received(text(pageData().room), number(pageData().seq));
}

function heard(event: LogEvent): void {
  if (event.kind !== "message_posted" || event.by === text(pageData().person)) return;
  if (threads.has(event.room)) received(event.room, event.seq);
}

async function flush(): Promise<void> {
  for (const [room, seq] of [...wanted]) {
    const answer = await Connection.current?.command("received", { room, seq });
    if (answer === undefined || answer.type === "unknown" || (answer.type === "refused" && answer.temporary)) break;
    if (wanted.get(room) === seq) wanted.delete(room);
    sent.set(room, seq); // done, or it is none of this person's any more
  }
  timer = wanted.size > 0 ? window.setTimeout(() => void flush(), RETRY_MS) : 0;
}
