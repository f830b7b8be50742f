import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ReadMarks } from "../../rooms/client/read-marks.ts";

function marksFrom(read: number): { marks: ReadMarks; sent: number[] } {
  const sent: number[] = [];
  Object.assign(globalThis, { window: globalThis });
  return { marks: new ReadMarks(read, (seq) => sent.push(seq)), sent };
}

test("the first mark is sent at once, the next ones at most every two seconds", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { marks, sent } = marksFrom(5);
  for (const seq of [6, 7, 8]) marks.mark(seq);
  assert.deepEqual(sent, [6]);
  mock.timers.tick(2000);
  assert.deepEqual(sent, [6, 8]);
  mock.timers.reset();
});

test("a mark never moves back", () => {
  const { marks, sent } = marksFrom(5);
  marks.mark(3);
  assert.deepEqual(sent, []);
});

test("a new connection is told the last mark again, if there was one", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { marks, sent } = marksFrom(5);
  marks.resend();
  marks.mark(6);
  marks.resend();
  assert.deepEqual(sent, [6, 6]);
  mock.timers.reset();
});
