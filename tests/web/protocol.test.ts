import assert from "node:assert/strict";
import { test } from "node:test";
import { toAnswer } from "../../web/client/api.ts";
import { parseFrame } from "../../web/client/protocol.ts";

test("an event is read with its body", () => {
  const frame = parseFrame('{"type":"event","room":"r1","seq":4,"kind":"message_posted","by":"p1","at":"x","body":{"text":"hi"}}');
  assert.deepEqual(frame, { type: "event", room: "r1", seq: 4, kind: "message_posted", by: "p1", at: "x", body: { text: "hi" } });
});

test("frames of a later protocol and broken ones are passed over", () => {
  assert.equal(parseFrame('{"type":"sparkle"}'), undefined);
  assert.equal(parseFrame("[1]"), undefined);
  assert.equal(parseFrame("{"), undefined);
});

test("a refusal is temporary by its code even if the server does not say so", () => {
  const frame = parseFrame('{"type":"refused","id":4,"code":"rate_limited","message":"Slow down.","retry_ms":900}');
  assert.ok(frame?.type === "refused" && frame.temporary && frame.retryMs === 900);
});

test("an HTTP answer without a code of ours tells nothing about the command", () => {
  assert.deepEqual(toAnswer({ status: 502, body: {} }), { type: "unknown" });
  assert.deepEqual(toAnswer({ status: 0, body: {} }), { type: "unknown" });
});

test("an HTTP refusal is the same refusal as on the socket", () => {
  const answer = toAnswer({ status: 403, body: { code: "muted", message: "Not now." } });
  assert.ok(answer.type === "refused" && answer.code === "muted" && !answer.temporary);
});
