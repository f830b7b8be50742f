// Which of the device's own voices reads a text.

export interface Voice {
  readonly lang: string;
  readonly localService: boolean;
  readonly default: boolean;
}

/** Scripts that tell what language to look for; of the first also which others are written in it. */
const SCRIPTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{Script=Arabic}/u, ["ar", "ur", "fa", "ps", "ckb"]],
  [/\p{Script=Hebrew}/u, ["he", "yi"]],
  [/\p{Script=Greek}/u, ["el"]],
  [/\p{Script=Cyrillic}/u, ["uk", "ru", "bg", "sr", "mk", "be"]],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ["ja"]],
  [/\p{Script=Hangul}/u, ["ko"]],
  [/\p{Script=Han}/u, ["zh"]],
  [/\p{Script=Devanagari}/u, ["hi", "mr", "ne"]],
  [/\p{Script=Bengali}/u, ["bn"]],
  [/\p{Script=Gurmukhi}/u, ["pa"]],
  [/\p{Script=Gujarati}/u, ["gu"]],
  [/\p{Script=Tamil}/u, ["ta"]],
  [/\p{Script=Thai}/u, ["th"]],
];

/** Languages that a text may be in, the likeliest first: what it is written with counts more than the page. */
export function languagesOf(text: string, page: string): readonly string[] {
  const written = SCRIPTS.find(([script]) => script.test(text))?.[1];
  if (written) return written.includes(main(page)) ? [page, ...written] : written;
  const latin = !SCRIPTS.some(([, languages]) => languages.includes(main(page)));
  return latin ? [page] : ["en"];
}

/** A voice of the device itself for one of these languages: the same region, the device's own choice, or any. */
export function voiceFor<Type extends Voice>(voices: readonly Type[], languages: readonly string[]): Type | undefined {
  const local = voices.filter((voice) => voice.localService);
  for (const language of languages) {
    const fitting = local.filter((voice) => main(voice.lang) === main(language));
    const same = fitting.find((voice) => plain(voice.lang) === plain(language));
    const found = same ?? fitting.find((voice) => voice.default) ?? fitting[0];
    if (found) return found;
  }
  return undefined;
}

function main(language: string): string {
  return plain(language).split("-")[0] ?? "";
}

function plain(language: string): string {
  return language.toLowerCase().replace("_", "-");
}
