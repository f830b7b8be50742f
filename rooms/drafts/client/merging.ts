// What becomes of a text that was written here and another that was written elsewhere.

export interface Draft {
  readonly text: string;
  readonly replyTo: string;
}

/** What this browser knows the server to have. */
export interface Synced {
  readonly text: string;
  readonly version: number;
}

/** Whether something was written here that the server does not have. */
export function changed(mine: Draft, synced: Synced): boolean {
  return mine.text.trim() !== synced.text;
}

/** Both texts, for somebody wrote both of them; one alone where it holds the other, or where the other is what both
 * began with. */
export function merged(mine: Draft, theirs: Draft, synced: Synced): Draft {
  const [here, there] = [mine.text.trim(), theirs.text.trim()];
  if (there === "" || there === synced.text || here.includes(there)) return mine;
  if (here === "" || there.includes(here)) return theirs;
  return { text: `${there}\n${here}`, replyTo: mine.replyTo || theirs.replyTo };
}
