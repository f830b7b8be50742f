// Sentences in the page's language. The server renders them from the same catalogues as the pages; a plural comes as
// the forms that the catalogue has for some sample counts, from which the form of every count follows.

const SAMPLES = [0, 1, 2, 3, 6, 11, 100];

export type Sentences = Readonly<Record<string, string | readonly string[]>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: string, values?: Values) => string;

/** Returns `t`: the sentence of a key with its {values}; a plural's form is chosen by the value `count`. */
export function translator(sentences: Sentences, lang: string): Translate {
  const rules = new Intl.PluralRules(lang);
  const digits = new Intl.NumberFormat(lang, { numberingSystem: "latn" });
  return (key, values = {}) => {
    const sentence = sentences[key] ?? key;
    const form = typeof sentence === "string" ? sentence : choose(sentence, Number(values.count ?? 0), rules);
    return fill(form, values, digits);
  };
}

/** A count of which the catalogue has a sample takes that one; any other the form of a sample of the same category. */
function choose(forms: readonly string[], count: number, rules: Intl.PluralRules): string {
  const category = rules.select(count);
  const exact = SAMPLES.indexOf(count);
  const alike = SAMPLES.findLastIndex((sample) => rules.select(sample) === category);
  return forms[exact] ?? forms[alike] ?? forms.at(-1) ?? "";
}

function fill(form: string, values: Values, digits: Intl.NumberFormat): string {
  return form.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? digits.format(value) : value;
  });
}
