import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64Url, toBase64Url } from "../../accounts/second_step/client/binary.ts";

test("bytes go there and back, whatever they are", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, each) => each);
  for (const length of [0, 1, 2, 3, 255, 256]) {
    const part = bytes.slice(0, length);
    assert.deepEqual(fromBase64Url(toBase64Url(part.buffer)), part);
  }
});

test("the text has no padding and no letter that an address would change", () => {
  assert.equal(toBase64Url(Uint8Array.of(251, 255, 190).buffer), "-_--");
  assert.equal(toBase64Url(Uint8Array.of(1).buffer), "AQ");
  assert.deepEqual(fromBase64Url("-_--"), Uint8Array.of(251, 255, 190));
});
