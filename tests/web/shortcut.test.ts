// Which keys lead to search.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isShortcut } from "../../rooms/search/client/shortcut.ts";

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test("Ctrl and K, or command and K, lead to search", () => {
  assert.ok(isShortcut({ ...none, key: "k", ctrlKey: true }));
  assert.ok(isShortcut({ ...none, key: "K", metaKey: true }));
});

test("A letter alone, or with other keys, does not", () => {
  for (const keys of [{}, { shiftKey: true }, { altKey: true }, { ctrlKey: true, metaKey: true }, { ctrlKey: true, shiftKey: true }]) {
    assert.ok(!isShortcut({ ...none, key: "k", ...keys }));
  }
  assert.ok(!isShortcut({ ...none, key: "/", ctrlKey: true }));
});
