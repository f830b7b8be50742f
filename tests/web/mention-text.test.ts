import assert from "node:assert/strict";
import { test } from "node:test";
import { asKept, asWritten, begunCall, suggested } from "../../rooms/messages/mention-text.ts";

test("a call is kept by id and written by name", () => {
  const chosen = new Map<string, string>();
  const kept = "Hello @[Ann Lee](p1), ask @[Everyone](room)";
  const written = asWritten(kept, (name, id) => chosen.set(name, id));
  assert.equal(written, "Hello @Ann Lee, ask @Everyone");
  assert.equal(asKept(written, chosen), kept);
});

test("only who was chosen is called on, and the longest name wins", () => {
  const chosen = new Map([["Ann", "p1"], ["Ann Lee", "p2"]]);
  assert.equal(asKept("@Ann Lee @Ann @Anna @Ben a@Ann", chosen), "@[Ann Lee](p2) @[Ann](p1) @Anna @Ben a@[Ann](p1)");
  assert.equal(asKept("@Ann", new Map()), "@Ann");
  assert.equal(asKept("@A.*", new Map([["A.*", "p3"]])), "@[A.*](p3)");
});

test("a call begins with an @ that stands by itself", () => {
  assert.equal(begunCall("@"), "");
  assert.equal(begunCall("hello @Ann L"), "Ann L");
  assert.equal(begunCall("(@b"), "b");
  assert.equal(begunCall("ann@school"), undefined);
  assert.equal(begunCall("@Ann\n"), undefined);
  assert.equal(begunCall("@ Ann"), undefined);
});

test("names are suggested by the beginning of any of their words", () => {
  const all = [{ id: "p1", name: "Ann Lee" }, { id: "p2", name: "Leo" }, { id: "p3", name: "Kale" }];
  assert.deepEqual(suggested(all, "le", 8).map((each) => each.id), ["p2", "p1"]);
  assert.deepEqual(suggested(all, "", 2).map((each) => each.id), ["p1", "p2"]);
  assert.deepEqual(suggested(all, "ann l", 8).map((each) => each.id), ["p1"]);
});
