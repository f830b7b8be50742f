// A message is read by a voice of the device itself, in the language that it is likely to be in, or not at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { languagesOf, type Voice, voiceFor } from "../../rooms/voice/client/languages.ts";

function voice(lang: string, more: Partial<Voice> = {}): Voice {
  return { lang, localService: true, default: false, ...more };
}

test("no voice that would be sent the text is ever chosen", () => {
  assert.equal(voiceFor([voice("en-GB", { localService: false })], ["en-GB"]), undefined);
  const own = voice("en-US");
  assert.equal(voiceFor([voice("en-GB", { localService: false, default: true }), own], ["en-GB"]), own);
});

test("the same region comes first, then the device's choice, then any of the language", () => {
  const [british, american, usual] = [voice("en_GB"), voice("en-US"), voice("en-AU", { default: true })];
  assert.equal(voiceFor([american, usual, british], ["en-GB"]), british);
  assert.equal(voiceFor([american, usual], ["en-GB"]), usual);
  assert.equal(voiceFor([american], ["en"]), american);
  assert.equal(voiceFor([american], ["pl"]), undefined);
});

test("what is written tells the language where its letters do, else the page", () => {
  assert.deepEqual(languagesOf("Well done!", "en"), ["en"]);
  assert.deepEqual(languagesOf("Dobrze!", "pl"), ["pl"]);
  assert.equal(languagesOf("שלום", "en")[0], "he");
  assert.equal(languagesOf("شاباش", "ur")[0], "ur");
  assert.equal(languagesOf("أحسنت", "en")[0], "ar");
  assert.deepEqual(languagesOf("Good morning", "ar"), ["en"]);
  assert.equal(languagesOf("おはよう、学校", "en")[0], "ja");
});
