export const LONGEST = 8000;
const SHOWN_FROM = 7500;

/** What to tell about the length of a text: nothing while there is plenty of room, else the characters left, below
 * nought when there are too many. Counted as the server counts: by characters, not by units of UTF-16. */
export function charactersLeft(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length < SHOWN_FROM) return undefined;
  const left = LONGEST - [...trimmed].length;
  return left > LONGEST - SHOWN_FROM ? undefined : left;
}
