// Which posts of the outbox are in the log already, though their answer has not come: it may be lost or just be later
// than the event. Such a post is shown once, as the log has it.
import { type Entry, word } from "#web/outbox-store.ts";
import { sameText } from "./bodies.ts";

export interface Shown {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
}

/** Returns the keys of the waiting posts that are shown otherwise: `mine` are the person's own messages in the log, and
 * `owner` says which messages are known to be made by which key. Posts were sent in order, so equal texts are matched in order. */
export function matchPosts(
  posts: readonly Entry[],
  mine: readonly Shown[],
  owner: ReadonlyMap<string, string>,
): Set<string> {
  const taken = new Set(owner.keys());
  const there = new Set<string>(owner.values());
  for (const post of posts) {
    if (post.state !== "waiting" || there.has(post.key)) continue;
    const match = mine.find((shown) => !taken.has(shown.id) && shown.seq > post.after && isOf(post, shown));
    if (!match) continue;
    taken.add(match.id);
    there.add(post.key);
  }
  return there;
}

function isOf(post: Entry, shown: Shown): boolean {
  return sameText(word(post, "text"), shown.text);
}
