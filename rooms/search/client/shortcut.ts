/**
 * Ctrl and K (⌘ and K on a Mac) lead to search, from wherever nobody is writing. No single key does: those who speak to
 * their computer, or whose hand slips, would be led away.
 */
export function watchSearchShortcut(): void {
  document.addEventListener("keydown", (event) => {
    if (!isShortcut(event) || isWriting(event.target)) return;
    const link = document.querySelector<HTMLAnchorElement>("a[data-search]");
    const box = document.querySelector<HTMLInputElement>("#q[type=search]");
    if (!link && !box) return;
    event.preventDefault();
    if (box) box.select();
    else link?.click();
  });
}

export function isShortcut(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): boolean {
  return event.key.toLowerCase() === "k" && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=search])");
}
