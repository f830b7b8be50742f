const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The tint of a person, one of eight, always the same for the same id; web/templates/parts.html counts alike. */
export function tint(id: string): string {
  return String((ALPHABET.indexOf(id.slice(-1)) + 8) % 8);
}

/** The first letters of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
}
