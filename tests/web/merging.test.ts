import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, merged } from "../../rooms/drafts/client/merging.ts";

const draft = (text: string, replyTo = ""): { text: string; replyTo: string } => ({ text, replyTo });

test("what the server has already is no change, white space around it or not", () => {
  assert.equal(changed(draft("Dear all "), { text: "Dear all", version: 3 }), false);
  assert.equal(changed(draft("Dear all,"), { text: "Dear all", version: 3 }), true);
  assert.equal(changed(draft(""), { text: "Dear all", version: 3 }), true);
});

test("what was written on from the server's text stands alone", () => {
  const mine = draft("Dear all, tomorrow");
  assert.equal(merged(mine, draft("Dear all"), { text: "Dear all", version: 3 }), mine);
  assert.equal(merged(mine, draft("Dear"), { text: "", version: 0 }), mine);
  assert.equal(merged(mine, draft(""), { text: "Dear all", version: 3 }), mine);
});

test("what was written on elsewhere stands alone", () => {
  const theirs = draft("Dear all, tomorrow");
  assert.equal(merged(draft("Dear all"), theirs, { text: "Dear", version: 3 }), theirs);
  assert.equal(merged(draft(""), theirs, { text: "Dear", version: 3 }), theirs);
});

test("of two texts that say different things both stay", () => {
  const both = merged(draft("From the train", "m2-r1"), draft("From home"), { text: "From", version: 3 });
  assert.deepEqual(both, draft("From home\nFrom the train", "m2-r1"));
});
