/** Puts marks around what is selected, or takes them away: Ctrl+B bold, Ctrl+I slanted. Whether the key was one. */
export function markKey(event: KeyboardEvent, text: HTMLTextAreaElement): boolean {
  const marks: Readonly<Record<string, string>> = { b: "**", i: "*" };
  const mark = (event.ctrlKey || event.metaKey) && !event.altKey ? marks[event.key.toLowerCase()] : undefined;
  if (mark === undefined) return false;
  const { selectionStart: from, selectionEnd: to } = text;
  const [start, end] = [from - mark.length, to + mark.length];
  const marked = start >= 0 && text.value.slice(start, from) === mark && text.value.slice(to, end) === mark;
  const words = text.value.slice(from, to);
  text.setRangeText(marked ? words : `${mark}${words}${mark}`, marked ? start : from, marked ? end : to, "preserve");
  text.setSelectionRange(marked ? start : from + mark.length, marked ? start + words.length : to + mark.length);
  text.dispatchEvent(new Event("input"));
  event.preventDefault();
  return true;
}
