// Says things to screen readers: once, politely, and many at a time as one count.

const GATHER_MS = 1_000;
let waiting: string[] = [];
let timer = 0;

/** Announces a sentence; when several come within a second, `summary` of their number is said instead. */
export function announce(sentence: string, summary: (count: number) => string): void {
  waiting.push(sentence);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    const [first = "", ...more] = waiting;
    if (waiting.length > 0) say(more.length > 0 ? summary(waiting.length) : first);
    waiting = [];
  }, GATHER_MS);
}

/** A text was removed: it is not said any more, and not kept where it was said. */
export function unsay(text: string): void {
  if (text === "") return;
  waiting = waiting.filter((sentence) => !sentence.includes(text));
  if (document.getElementById("announcer")?.textContent?.includes(text)) say("");
}

export function say(sentence: string): void {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = sentence;
}
