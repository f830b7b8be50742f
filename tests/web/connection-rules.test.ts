import assert from "node:assert/strict";
import { test } from "node:test";
import { afterPolling, afterSocket, backoff, untilProbe } from "../../web/client/connection-rules.ts";

const middle = (): number => 0.5;
const fresh = { unwelcomed: 0, attempt: 0 };

for (const code of [4001, 4008, 4010]) {
  test(`close code ${code} connects again after the time that the server names`, () => {
    const step = afterSocket({ code, welcomed: true, retryMs: 3180 }, fresh, middle);
    assert.deepEqual(step, { do: "socket", afterMs: 3180 });
  });
}

test("a close code to reconnect without a time connects again soon", () => {
  assert.deepEqual(afterSocket({ code: 4008, welcomed: true, retryMs: undefined }, fresh, middle), {
    do: "socket",
    afterMs: 250,
  });
});

for (const [code, step] of [
  [4500, { do: "stop", why: "protocol" }],
  [4501, { do: "sign_in", ended: false }],
  [4503, { do: "sign_in", ended: true }],
  [4504, { do: "stop", why: "too_many" }],
  [4507, { do: "stop", why: "access" }],
] as const) {
  test(`close code ${code} is not tried again`, () => {
    assert.deepEqual(afterSocket({ code, welcomed: true, retryMs: 10 }, fresh, middle), step);
  });
}

test("one socket that was never welcomed is tried again", () => {
  const step = afterSocket({ code: 1006, welcomed: false, retryMs: undefined }, { unwelcomed: 1, attempt: 0 }, middle);
  assert.equal(step.do, "socket");
});

test("two sockets in a row that were never welcomed lead to polling", () => {
  const step = afterSocket({ code: 1006, welcomed: false, retryMs: undefined }, { unwelcomed: 2, attempt: 1 }, middle);
  assert.deepEqual(step, { do: "poll" });
});

test("polling that is told to sign in does so", () => {
  assert.deepEqual(afterPolling(401, 0, middle), { do: "sign_in", ended: false });
});

test("polling that gets no answer goes back to sockets: then it is the server that is away", () => {
  assert.deepEqual(afterPolling(0, 3, middle), { do: "socket", afterMs: 2000 });
  assert.equal(afterPolling(503, 3, middle).do, "socket");
});

test("waiting doubles up to ten seconds and is spread from nothing to its bound", () => {
  assert.deepEqual([0, 1, 2, 3, 20].map((attempt) => backoff(attempt, () => 1)), [500, 1000, 2000, 4000, 10_000]);
  assert.equal(backoff(20, () => 0), 0);
});

test("a socket is tried again soon after polling began, then less and less often", () => {
  assert.deepEqual([0, 1, 2, 30].map((probes) => untilProbe(probes, () => 1)), [3000, 6000, 12_000, 120_000]);
});
