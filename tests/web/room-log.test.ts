import assert from "node:assert/strict";
import { test } from "node:test";
import { RoomLog, RoomLogs } from "../../web/client/room-log.ts";

test("the next event is applied", () => {
  const log = new RoomLog(4);
  assert.equal(log.receive(5), "apply");
  assert.equal(log.last, 5);
});

test("an event that was seen before is dropped", () => {
  const log = new RoomLog(4);
  assert.equal(log.receive(4), "drop");
  assert.equal(log.receive(1), "drop");
  assert.equal(log.last, 4);
});

test("an event after a gap is not applied, and the log stays where it was", () => {
  const log = new RoomLog(4);
  assert.equal(log.receive(7), "gap");
  assert.equal(log.last, 4);
  assert.deepEqual([5, 6, 7].map((seq) => log.receive(seq)), ["apply", "apply", "apply"]);
});

test("however events are repeated and disordered, each is applied once and in order", () => {
  const log = new RoomLog(0);
  const applied: number[] = [];
  const deliver = (seq: number): void => {
    const verdict = log.receive(seq);
    if (verdict === "apply") applied.push(seq);
    if (verdict === "gap") for (let missed = log.last + 1; missed <= seq; missed++) deliver(missed);
  };
  for (const seq of [1, 1, 3, 2, 2, 9, 4, 8, 9, 10]) deliver(seq);
  assert.deepEqual(applied, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("the server's head reveals a lost last event", () => {
  const log = new RoomLog(4);
  assert.equal(log.lacks(4), false);
  assert.equal(log.lacks(5), true);
});

test("after a reset nothing is applied until the page was fetched afresh", () => {
  const log = new RoomLog(4);
  log.expire();
  assert.equal(log.receive(5), "drop");
  assert.equal(log.lacks(900), false);
  log.restore(899);
  assert.equal(log.receive(900), "apply");
});

test("a log that was restored to an earlier position takes later events again", () => {
  const log = new RoomLog(40);
  log.expire();
  log.restore(3);
  assert.equal(log.receive(4), "apply");
});

test("the same epoch expires nothing", () => {
  const logs = new RoomLogs("k3f9");
  logs.follow("r1", 7);
  assert.deepEqual(logs.meet("k3f9"), []);
  assert.deepEqual(logs.positions(), { r1: 7 });
});

test("another epoch expires every room, once", () => {
  const logs = new RoomLogs("k3f9");
  logs.follow("r1", 7);
  logs.follow("u2", 0);
  assert.deepEqual(logs.meet("m2aa"), ["r1", "u2"]);
  assert.deepEqual(logs.meet("m2aa"), []);
  assert.equal(logs.epoch, "m2aa");
});

test("a room that waits to be fetched afresh is not asked for", () => {
  const logs = new RoomLogs("k3f9");
  logs.follow("r1", 7);
  logs.follow("r2", 8);
  assert.equal(logs.expire("r1"), true);
  assert.equal(logs.expire("r1"), false);
  assert.deepEqual(logs.positions(), { r2: 8 });
  logs.follow("r1", 20);
  assert.deepEqual(logs.positions(), { r1: 20, r2: 8 });
});

test("heads name the rooms in which something is missing, and no rooms that are not followed", () => {
  const logs = new RoomLogs("k3f9");
  logs.follow("r1", 7);
  logs.follow("r2", 8);
  assert.deepEqual(logs.lacking({ r1: 9, r2: 8, r3: 5 }), ["r1"]);
});
