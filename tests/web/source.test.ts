import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const FOLDERS = ["web/client", "web/styles", "rooms/client", "rooms/messages"];

async function sources(extension: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of await readdir(folder)) {
      if (name.endsWith(extension)) found.set(`${folder}/${name}`, await readFile(`${folder}/${name}`, "utf8"));
    }
  }
  assert.ok(found.size > 0);
  return found;
}

async function offenders(extension: string, pattern: RegExp): Promise<string[]> {
  return [...(await sources(extension))].filter(([, source]) => pattern.test(source)).map(([name]) => name);
}

test("no type is `any`", async () => {
  assert.deepEqual(await offenders(".ts", /[:<|&,]\s*any\b(?!\s*[(.=:])|\bas any\b/), []);
});

test("styles name the sides of a text, never left and right", async () => {
  const physical = /(?:^|[\s{;])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height|text-align:\s*(?:left|right))\s*:/m;
  assert.deepEqual(await offenders(".css", physical), []);
});

test("no module writes HTML from strings", async () => {
  assert.deepEqual(await offenders(".ts", /\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write\(/), []);
});
