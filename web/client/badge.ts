import { pageData } from "./page.ts";
import { settled } from "./look.ts";

/** In their own quiet hours a person is told of no sticky by a number or a sound, until the hours end. */
let quiet: boolean | undefined;
let drawn: (() => void) | undefined;

/** Whether these are the person's quiet hours; what is shown follows, and "corridor-quiet" tells the page. */
export function setQuiet(now: boolean): void {
  if (now === isQuiet()) return;
  quiet = now;
  drawn?.();
  document.dispatchEvent(new Event("corridor-quiet"));
}

export function isQuiet(): boolean {
  return (quiet ??= pageData().quiet === true);
}

/** Says on the tab how many messages are new, unless the person wants none of it; of stickies not in quiet hours. */
export function showNew(count: number, title: string, of: "rooms" | "stickies" = "rooms"): void {
  drawn = () => showNew(count, title, of);
  const told = wanted() && count > 0 && !(of === "stickies" && isQuiet());
  const shown = told ? `(${count}) ${title}` : title;
  if (document.title !== shown) document.title = shown;
}

/** Says it on the installed application too: of all rooms together. */
export function showAllNew(count: number, title: string): void {
  showNew(count, title);
  if (!("setAppBadge" in navigator)) return;
  void (wanted() && count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
}

export function wanted(): boolean {
  return settled("badges") !== "false";
}
