import assert from "node:assert/strict";
import { test } from "node:test";
import { charactersLeft } from "../../rooms/messages/length.ts";

test("nothing is said while there is plenty of room", () => {
  assert.equal(charactersLeft("a".repeat(7000)), undefined);
});

test("near the end the characters left are counted, and below nought beyond it", () => {
  assert.equal(charactersLeft("a".repeat(7990)), 10);
  assert.equal(charactersLeft("a".repeat(8000)), 0);
  assert.equal(charactersLeft("a".repeat(8003)), -3);
});

test("a character is one however it is stored, and white space at the ends does not count", () => {
  assert.equal(charactersLeft(`  ${"😀".repeat(7999)}\n`), 1);
});
