import assert from "node:assert/strict";
import { test } from "node:test";
import { type News, Outbox, type Saved, type Written } from "../../web/client/outbox.ts";
import { BrowserStore, type Entry, word } from "../../web/client/outbox-store.ts";
import { PageStorage } from "../../web/client/page-storage.ts";
import type { Answer, Done, Refused } from "../../web/client/protocol.ts";

const done: Done = { type: "done", id: 1, room: "r1", seq: 9, message: "m9-r1", at: "2026-11-22T09:00:00Z", repeat: false };
const unknown: Answer = { type: "unknown" };

function refused(code: string, more: Partial<Refused> = {}): Refused {
  return { type: "refused", id: 1, code, message: "No.", temporary: false, retryMs: undefined, ...more };
}

function post(text: string, room = "r1"): Written {
  return { room, name: "post_message", fields: { text }, after: 8 };
}

/** A tab: an outbox over a storage, with a server at the far edge that gives the answers in turn. */
class Tab {
  readonly sent: Entry[] = [];
  readonly waited: number[] = [];
  readonly saved: Saved[] = [];
  readonly told: News[] = [];
  answers: Answer[] = [];
  ready = true;
  readonly outbox: Outbox;

  constructor(storage: Storage, alone = (work: () => Promise<void>): Promise<void> => work()) {
    this.outbox = new Outbox(new BrowserStore("p1", storage), {
      send: async (entry) => {
        this.sent.push(entry);
        const answer = this.answers.shift() ?? done;
        if (answer.type === "unknown") this.ready = false;
        return answer;
      },
      ready: () => this.ready,
      alone,
      wait: async (ms) => void this.waited.push(ms),
      tell: (news) => this.told.push(news),
    });
    this.outbox.addEventListener("saved", (event) => this.saved.push((event as CustomEvent<Saved>).detail));
  }

  get texts(): string[] {
    return this.sent.map((entry) => word(entry, "text"));
  }
}

test("what is written is sent once and forgotten when it is done", async () => {
  const tab = new Tab(new PageStorage());
  tab.outbox.add(post("Good morning"));
  await tab.outbox.drain();
  assert.deepEqual(tab.texts, ["Good morning"]);
  assert.deepEqual(tab.outbox.entries(), []);
  assert.equal(tab.saved[0]?.done.message, "m9-r1");
});

test("messages are sent in the order of writing", async () => {
  const tab = new Tab(new PageStorage());
  for (const text of ["one", "two", "three"]) tab.outbox.add(post(text));
  await tab.outbox.drain();
  assert.deepEqual(tab.texts, ["one", "two", "three"]);
});

test("without a connection nothing is sent and nothing is lost", async () => {
  const tab = new Tab(new PageStorage());
  tab.ready = false;
  tab.outbox.add(post("kept"));
  await tab.outbox.drain();
  assert.deepEqual(tab.texts, []);
  assert.equal(tab.outbox.entries("r1")[0]?.state, "waiting");
});

test("a lost answer leads to a second sending with the same key", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [unknown];
  tab.outbox.add(post("again"));
  await tab.outbox.drain();
  assert.equal(tab.outbox.entries().length, 1);
  tab.ready = true;
  await tab.outbox.drain();
  assert.equal(tab.sent.length, 2);
  assert.equal(tab.sent[0]?.key, tab.sent[1]?.key);
  assert.deepEqual(tab.outbox.entries(), []);
});

test("a reload sends what the page before it could not, with the same key and in order", async () => {
  const storage = new PageStorage();
  const before = new Tab(storage);
  before.ready = false;
  const keys = ["first", "second"].map((text) => before.outbox.add(post(text)).key);
  const after = new Tab(storage);
  await after.outbox.drain();
  assert.deepEqual(after.sent.map((entry) => entry.key), keys);
});

test("a temporary refusal waits as long as the server says and keeps the order", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("rate_limited", { temporary: true, retryMs: 1234 })];
  tab.outbox.add(post("one"));
  tab.outbox.add(post("two"));
  await tab.outbox.drain();
  assert.deepEqual(tab.waited, [1234]);
  assert.deepEqual(tab.texts, ["one", "one", "two"]);
});

test("a temporary refusal without a time is asked again with growing patience", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [1, 2, 3].map(() => refused("unavailable", { temporary: true }));
  tab.outbox.add(post("patient"));
  await tab.outbox.drain();
  assert.deepEqual(tab.waited, [2000, 4000, 8000]);
  assert.deepEqual(tab.outbox.entries(), []);
});

test("a permanent refusal is kept with its reason, and the next message is sent all the same", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("muted", { message: "You cannot write here." })];
  tab.outbox.add(post("refused"));
  tab.outbox.add(post("fine"));
  await tab.outbox.drain();
  const [kept, ...others] = tab.outbox.entries();
  assert.equal(kept?.state, "refused");
  assert.equal(kept?.reason, "You cannot write here.");
  assert.equal(others.length, 0);
  assert.deepEqual(tab.texts, ["refused", "fine"]);
});

test("what was refused is not sent again until somebody asks for it", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("muted")];
  const entry = tab.outbox.add(post("refused"));
  await tab.outbox.drain();
  await tab.outbox.drain();
  assert.equal(tab.sent.length, 1);
  tab.outbox.retry(entry.key);
  await tab.outbox.drain();
  assert.equal(tab.sent.length, 2);
  assert.equal(tab.sent[1]?.key, entry.key);
});

test("only a key that itself was refused is replaced", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("key_conflict")];
  const entry = tab.outbox.add(post("conflict"));
  await tab.outbox.drain();
  tab.outbox.retry(entry.key);
  await tab.outbox.drain();
  assert.equal(tab.sent.length, 2);
  assert.notEqual(tab.sent[1]?.key, entry.key);
  assert.deepEqual(tab.outbox.entries(), []);
});

test("an ended session stops the sending and keeps what was written", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("unauthenticated")];
  tab.outbox.add(post("one"));
  tab.outbox.add(post("two"));
  await tab.outbox.drain();
  assert.equal(tab.sent.length, 1);
  assert.deepEqual(tab.outbox.entries().map((entry) => entry.state), ["waiting", "waiting"]);
});

test("what was discarded while it was on its way does not come back", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [refused("muted")];
  const entry = tab.outbox.add(post("gone"));
  tab.outbox.discard(entry.key);
  await tab.outbox.drain();
  assert.deepEqual(tab.outbox.entries(), []);
});

test("held is not saved: it stays with the kind sentence", async () => {
  const tab = new Tab(new PageStorage());
  tab.answers = [{ type: "held", id: 1, message: "Somebody looks at it first." }];
  tab.outbox.add(post("held"));
  await tab.outbox.drain();
  assert.equal(tab.outbox.entries()[0]?.state, "held");
  assert.equal(tab.saved.length, 0);
});

test("two tabs that take turns send each message once", async () => {
  let turn = Promise.resolve();
  const alone = (work: () => Promise<void>): Promise<void> => (turn = turn.then(work));
  const storage = new PageStorage();
  const [left, right] = [new Tab(storage, alone), new Tab(storage, alone)];
  for (const text of ["one", "two"]) left.outbox.add(post(text));
  right.outbox.add(post("three"));
  await Promise.all([left.outbox.drain(), right.outbox.drain()]);
  assert.deepEqual([...left.texts, ...right.texts].sort(), ["one", "three", "two"]);
  assert.deepEqual(left.outbox.entries(), []);
});

test("two tabs that cannot take turns may both send, but with one key", async () => {
  const storage = new PageStorage();
  const [left, right] = [new Tab(storage), new Tab(storage)];
  left.ready = false;
  left.outbox.add(post("once"));
  left.ready = true;
  await Promise.all([left.outbox.drain(), right.outbox.drain()]);
  const keys = new Set([...left.sent, ...right.sent].map((entry) => entry.key));
  assert.equal(keys.size, 1);
  assert.deepEqual(left.outbox.entries(), []);
});

test("a tab hears from another that something is saved", () => {
  const tab = new Tab(new PageStorage());
  const entry: Entry = { ...post("theirs"), key: "k", order: "1", state: "waiting" };
  tab.outbox.hear({ type: "saved", entry, done });
  assert.equal(tab.saved[0]?.entry.key, "k");
});

test("another person's outbox is not seen", () => {
  const storage = new PageStorage();
  const tab = new Tab(storage);
  tab.ready = false;
  tab.outbox.add(post("mine"));
  assert.deepEqual(new BrowserStore("p2", storage).list(), []);
});

test("where the browser refuses to keep anything, the page itself does", async () => {
  class FullStorage extends PageStorage {
    override setItem(): void {
      throw new DOMException("full", "QuotaExceededError");
    }
  }
  const tab = new Tab(new FullStorage());
  tab.ready = false;
  tab.outbox.add(post("kept here"));
  assert.equal(tab.outbox.durable, false);
  tab.ready = true;
  await tab.outbox.drain();
  assert.deepEqual(tab.texts, ["kept here"]);
  assert.deepEqual(tab.outbox.entries(), []);
});

test("a key is a UUID of version 4", () => {
  const tab = new Tab(new PageStorage());
  const { key } = tab.outbox.add(post("key"));
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("what came when it was closed is neither lost nor sent again and again", async () => {
  for (const [code, temporary] of [["window_closed", false], ["paused", true]] as const) {
    const tab = new Tab(new PageStorage());
    let refusals = 0;
    tab.outbox.addEventListener("refused", () => refusals++);
    tab.answers = [refused(code, { temporary }), done];
    tab.outbox.add(post("Football?"));
    tab.outbox.add(post("to another room", "r2"));
    await tab.outbox.drain();
    assert.deepEqual(tab.texts, ["Football?", "to another room"]);
    assert.deepEqual(tab.waited, []);
    assert.equal(refusals, 1);
    assert.deepEqual(tab.outbox.turnedBack("r1").map((entry) => entry.fields.text), ["Football?"]);
    assert.deepEqual(tab.outbox.turnedBack("r2"), []);
  }
});
