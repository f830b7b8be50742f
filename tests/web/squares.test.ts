import assert from "node:assert/strict";
import { test } from "node:test";
import { cardIn } from "../../accounts/children/client/squares.ts";

const TOKEN = "aB3_-xYz0123456789AbCdEf";

test("what stands behind the hash of a card's link is what is on the card", () => {
  assert.equal(cardIn(`https://corridor.example/card#${TOKEN}`), TOKEN);
  assert.equal(cardIn(`http://127.0.0.1:8000/card#${TOKEN}`), TOKEN);
});

test("other squares are none of ours", () => {
  for (const text of ["", "https://example.org/", TOKEN, `https://corridor.example/card/${TOKEN}`, "WIFI:S:school;;", "https://corridor.example/card#short", `https://corridor.example/card#${TOKEN} `, "https://corridor.example/sign-in/class#k4m2p9xq7t3w"]) {
    assert.equal(cardIn(text), undefined, text);
  }
});
