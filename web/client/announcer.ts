// Says things to screen readers: once, politely, and many at a time as one count; as much of it as the person has settled.
import { chime } from "./chime.ts";
import { settled } from "./look.ts";

const GATHER_MS = 1_000;
const LONGEST_MS = 5_000; // where it never stops coming, something is said all the same
let waiting: string[] = [];
let timer = 0;
let since = 0;

/** Announces a sentence; when several come within a second, `summary` of their number is said instead. */
export function announce(sentence: string, summary: (count: number) => string): void {
  if (settled("sounds") === "true") chime();
  const wish = settled("announcements");
  if (wish === "none") return;
  if (waiting.length === 0) since = Date.now();
  waiting.push(sentence);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const [first = "", ...more] = waiting;
    if (waiting.length > 0) say(more.length > 0 || wish === "counts" ? summary(waiting.length) : first);
    waiting = [];
  }, Math.min(GATHER_MS, Math.max(0, since + LONGEST_MS - Date.now())));
}

/** A text was removed: it is not said any more, and not kept where it was said. */
export function unsay(text: string): void {
  if (text === "") return;
  waiting = waiting.filter((sentence) => !sentence.includes(text));
  if (document.getElementById("announcer")?.textContent?.includes(text)) say("");
}

/** The same words twice are said twice: a space that nobody hears makes them differ. */
export function say(sentence: string): void {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = sentence !== "" && announcer.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
