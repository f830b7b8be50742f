import assert from "node:assert/strict";
import { test } from "node:test";
import { translator } from "../../web/client/strings.ts";

const english = ["{count} news", "{count} new", "{count} news", "{count} news", "{count} news", "{count} news", "{count} news"];

test("values stand where the sentence has their names", () => {
  const t = translator({ said: "{name}: {text}" }, "en");
  assert.equal(t("said", { name: "Efa", text: "Bore da" }), "Efa: Bore da");
});

test("a value that looks like a place is not filled again", () => {
  const t = translator({ said: "{name}: {text}" }, "en");
  assert.equal(t("said", { name: "{text}", text: "hi" }), "{text}: hi");
});

test("English has one form for one and another for the rest", () => {
  const t = translator({ news: english }, "en");
  assert.deepEqual([0, 1, 2, 21, 100].map((count) => t("news", { count })), ["0 news", "1 new", "2 news", "21 news", "100 news"]);
});

test("Arabic chooses among six forms by rule, not by list", () => {
  const forms = ["zero", "one", "two", "few", "few", "many", "other"];
  const t = translator({ news: forms }, "ar");
  assert.deepEqual(
    [0, 1, 2, 3, 10, 11, 26, 99, 100, 103, 111, 200].map((count) => t("news", { count })),
    ["zero", "one", "two", "few", "few", "many", "many", "many", "other", "few", "many", "other"],
  );
});

test("Welsh has forms of its own for two, three and six", () => {
  const forms = ["other", "one", "two", "few", "many", "other", "other"];
  const t = translator({ news: forms }, "cy");
  assert.deepEqual([1, 2, 3, 4, 6, 7].map((count) => t("news", { count })), ["one", "two", "few", "other", "many", "other"]);
});

test("numbers are written with the digits of the rest of the page", () => {
  const t = translator({ left: "{count}" }, "ar");
  assert.equal(t("left", { count: 42 }), "42");
});

test("an unknown key is shown rather than nothing", () => {
  assert.equal(translator({}, "en")("no_such_key"), "no_such_key");
});
