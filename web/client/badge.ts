import { settled } from "./look.ts";

/** Says on the tab how many messages are new, unless the person wants none of it. */
export function showNew(count: number, title: string): void {
  const shown = wanted() && count > 0 ? `(${count}) ${title}` : title;
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
