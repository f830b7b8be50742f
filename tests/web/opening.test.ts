import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../rooms/opening/client/clock.ts";
import { dayOf, isOlder, readStanding } from "../../rooms/opening/client/standing.ts";

const CLOSED = {
  open: false,
  code: "window_closed",
  opens_at: "2026-11-23T15:30:00+00:00",
  changes_at: "2026-11-23T15:30:00+00:00",
  now: "2026-11-23T15:29:59.000+00:00",
};

/** Runs with a device that believes it is another time. */
function lying(ms: number, work: () => void): void {
  const honest = Date.now;
  Date.now = () => ms;
  try {
    work();
  } finally {
    Date.now = honest;
  }
}

test("the server's clock counts, whatever the device believes, before and after", () => {
  let ticks = 5_000;
  const clock = new ServerClock(() => ticks);
  for (const device of [0, Date.parse("2031-01-01"), Date.parse("2026-11-23T16:30:00Z")]) {
    lying(device, () => {
      clock.heard(CLOSED.now);
      assert.equal(clock.until(CLOSED.opens_at), 1_000);
      ticks += 400;
      assert.equal(clock.until(CLOSED.opens_at), 600);
    });
  }
});

test("without a word of the server nothing is known", () => {
  const clock = new ServerClock(() => 0);
  assert.equal(clock.until(CLOSED.opens_at), undefined);
  clock.heard("no time at all");
  assert.equal(clock.until(CLOSED.opens_at), undefined);
  clock.heard(CLOSED.now);
  assert.equal(clock.until(undefined), undefined);
});

test("what the server says is read, and what is not like it is not", () => {
  const standing = readStanding(CLOSED);
  assert.deepEqual(standing, {
    open: false,
    code: "window_closed",
    opensAt: CLOSED.opens_at,
    changesAt: CLOSED.changes_at,
    now: CLOSED.now,
  });
  assert.equal(readStanding({}), undefined);
  assert.equal(readStanding({ open: "yes", now: CLOSED.now }), undefined);
});

test("an answer that was overtaken is known to be older", () => {
  const before = readStanding(CLOSED);
  const after = readStanding({ ...CLOSED, open: true, now: "2026-11-23T15:30:00.000+00:00" });
  assert.ok(before && after && isOlder(before, after) && !isOlder(after, before) && !isOlder(after, after));
});

test("days are called as people call them, by the clock of the school", () => {
  const at = (text: string): number => Date.parse(text);
  const now = at("2026-11-23T15:00:00Z");
  assert.equal(dayOf(at("2026-11-23T15:30:00Z"), now, "Europe/London"), "today");
  assert.equal(dayOf(at("2026-11-24T00:00:00Z"), now, "Europe/London"), "tomorrow");
  assert.equal(dayOf(at("2026-11-29T10:00:00Z"), now, "Europe/London"), "weekday");
  assert.equal(dayOf(at("2026-11-30T10:00:00Z"), now, "Europe/London"), "day");
  assert.equal(dayOf(at("2026-11-23T16:00:00Z"), now, "Asia/Tokyo"), "today"); // there both are on the 24th
  assert.equal(dayOf(at("2027-03-28T10:00:00Z"), at("2027-03-27T23:30:00Z"), "Europe/London"), "tomorrow");
});
