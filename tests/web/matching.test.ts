import assert from "node:assert/strict";
import { test } from "node:test";
import { matchPosts } from "../../rooms/messages/matching.ts";
import type { Entry } from "../../web/client/outbox-store.ts";

function waiting(key: string, text: string, after = 10): Entry {
  return { key, order: key, room: "r1", name: "post_message", fields: { text }, after, state: "waiting" };
}

const none = new Map<string, string>();

test("an event that comes before its answer takes the place of the pending post", () => {
  const there = matchPosts([waiting("a", "Hello ")], [{ id: "m11", seq: 11, text: "Hello" }], none);
  assert.deepEqual([...there], ["a"]);
});

test("the same words from long ago are not taken for the pending post", () => {
  const there = matchPosts([waiting("a", "ok")], [{ id: "m4", seq: 4, text: "ok" }], none);
  assert.equal(there.size, 0);
});

test("two equal posts need two messages", () => {
  const posts = [waiting("a", "ok"), waiting("b", "ok")];
  assert.deepEqual([...matchPosts(posts, [{ id: "m11", seq: 11, text: "ok" }], none)], ["a"]);
  const both = [{ id: "m11", seq: 11, text: "ok" }, { id: "m12", seq: 12, text: "ok" }];
  assert.deepEqual([...matchPosts(posts, both, none)], ["a", "b"]);
});

test("a message that is known to be another post's is not taken", () => {
  const mine = [{ id: "m11", seq: 11, text: "ok" }];
  assert.equal(matchPosts([waiting("b", "ok")], mine, new Map([["m11", "a"]])).has("b"), false);
});

test("a post that is known to be done is not pending, even where its entry has not gone yet", () => {
  assert.ok(matchPosts([waiting("a", "ok")], [], new Map([["m11", "a"]])).has("a"));
});

test("what was refused is always shown", () => {
  const refused: Entry = { ...waiting("a", "ok"), state: "refused" };
  assert.equal(matchPosts([refused], [{ id: "m11", seq: 11, text: "ok" }], none).size, 0);
});

test("line ends and composed letters do not make texts differ", () => {
  const there = matchPosts([waiting("a", "caf\u0065\u0301\r\nau lait")], [{ id: "m11", seq: 11, text: "café\nau lait" }], none);
  assert.equal(there.size, 1);
});
