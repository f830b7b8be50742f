import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

const PACKAGES = ["web", "accounts", "rooms"];
const CATALOGUES = "web/translations";

/** The sentences that the templates mark, by the first of their forms. */
async function marked(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const folder of PACKAGES) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (!/\btemplates\b.*\.html$/.test(name)) continue;
      const source = await readFile(join(folder, name), "utf8");
      for (const [, sentence = ""] of source.matchAll(/\b(?:_|ngettext)\(\s*"((?:[^"\\]|\\.)*)"/g)) found.add(sentence);
    }
  }
  return found;
}

/** Each entry of a catalogue: its msgid, and whether every form is translated. */
function entries(catalogue: string): Map<string, boolean> {
  const joined = catalogue.replace(/"\n"/g, "");
  const blocks = joined.split(/\n\n+/).filter((block) => /^msgid /m.test(block));
  return new Map(
    blocks.map((block) => {
      const id = /^msgid "(.*)"$/m.exec(block)?.[1] ?? "";
      const forms = [...block.matchAll(/^msgstr(?:\[\d\])? "(.*)"$/gm)].map(([, form]) => form ?? "");
      return [id, forms.length > 0 && forms.every((form) => form !== "")];
    }),
  );
}

for (const language of (await readdir(CATALOGUES, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
  test(`every sentence of the pages is in the catalogue ${language.name}, and none that is not`, async () => {
    const catalogue = entries(await readFile(join(CATALOGUES, language.name, "LC_MESSAGES/messages.po"), "utf8"));
    catalogue.delete("");
    const sentences = await marked();
    assert.ok(sentences.size > 100);
    assert.deepEqual([...sentences].filter((sentence) => !catalogue.get(sentence)), []);
    assert.deepEqual([...catalogue.keys()].filter((sentence) => !sentences.has(sentence)), []);
  });
}
