import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../rooms/messages/drafts.ts";
import { forgetEveryone, forgetOthers, unsentCount } from "../../web/client/local.ts";
import { BrowserStore } from "../../web/client/outbox-store.ts";
import { PageStorage } from "../../web/client/page-storage.ts";

function written(person: string, storage: Storage): void {
  const entry = { key: "k", order: "1", room: "r1", name: "post_message", fields: {}, after: 0, state: "waiting" } as const;
  new BrowserStore(person, storage).put(entry);
  new Drafts(storage, person, "r1").keep({ text: "half a sentence", replyTo: "" });
}

test("a draft comes back as it was left, and an empty one is not kept", () => {
  const storage = new PageStorage();
  const drafts = new Drafts(storage, "p1", "r1");
  drafts.keep({ text: "half a sentence", replyTo: "m3-r1" });
  assert.deepEqual(drafts.read(), { text: "half a sentence", replyTo: "m3-r1" });
  drafts.keep({ text: "  ", replyTo: "" });
  assert.equal(storage.length, 0);
});

test("what another person wrote on this device is forgotten, one's own is not", () => {
  const storage = new PageStorage();
  written("p1", storage);
  written("p2", storage);
  forgetOthers(storage, "p1");
  assert.equal(new BrowserStore("p1", storage).list().length, 1);
  assert.equal(new BrowserStore("p2", storage).list().length, 0);
  assert.equal(new Drafts(storage, "p2", "r1").read().text, "");
});

test("signing out leaves nothing behind, and nothing is kept after it", () => {
  const storage = new PageStorage();
  written("p1", storage);
  assert.equal(unsentCount(storage), 1);
  forgetEveryone(storage);
  new Drafts(storage, "p1", "r1").keep({ text: "typed while leaving", replyTo: "" });
  assert.equal(new BrowserStore("p1", storage).list().length, 0);
  assert.equal(new Drafts(storage, "p1", "r1").read().text, "");
});
