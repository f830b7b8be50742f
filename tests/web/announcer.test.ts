import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { announce, say, unsay } from "#web/announcer.ts";

const announcer = { textContent: "" };
const dataset: Record<string, string> = {};
const many = (count: number): string => `${count} new`;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  announcer.textContent = "";
  for (const name of Object.keys(dataset)) delete dataset[name];
  Object.assign(globalThis, {
    window: globalThis,
    document: { documentElement: { dataset }, getElementById: () => announcer, hidden: false },
  });
});

test("one sentence is said as it is, once a second is over", () => {
  announce("Daniel: Bell!", many);
  mock.timers.tick(900);
  assert.equal(announcer.textContent, "");
  mock.timers.tick(200);
  assert.equal(announcer.textContent, "Daniel: Bell!");
});

test("several within a second are said as one count", () => {
  for (const text of ["one", "two", "three"]) announce(text, many);
  mock.timers.tick(1_000);
  assert.equal(announcer.textContent, "3 new");
});

test("where it never stops coming, something is said all the same", () => {
  for (let nth = 0; nth < 12; nth++) {
    announce(`message ${nth}`, many);
    mock.timers.tick(500);
  }
  assert.match(announcer.textContent, /^\d+ new$/);
  mock.timers.tick(5_000);
});

test("who wants only counts, or nothing, gets only that", () => {
  dataset.announcements = "counts";
  announce("Daniel: Bell!", many);
  mock.timers.tick(1_000);
  assert.equal(announcer.textContent, "1 new");
  dataset.announcements = "none";
  announce("Daniel: Again!", many);
  mock.timers.tick(10_000);
  assert.equal(announcer.textContent, "1 new");
});

test("the same words twice are a change, and are said twice", () => {
  say("Connected");
  const first = announcer.textContent;
  say("Connected");
  assert.notEqual(announcer.textContent, first);
  assert.equal(announcer.textContent.trim(), "Connected");
});

test("what was removed is not said any more, and not kept where it was said", () => {
  announce("Daniel: secret", many);
  unsay("secret");
  mock.timers.tick(1_000);
  assert.equal(announcer.textContent, "");
  say("Daniel: secret");
  unsay("secret");
  assert.equal(announcer.textContent, "");
});
