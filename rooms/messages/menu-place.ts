/** Menus of messages open upwards where there is no room below. */
export function openUpwards(root: HTMLElement): void {
  const place = (event: Event): void => {
    const menu = event.target instanceof HTMLDetailsElement ? event.target : undefined;
    const sheet = menu?.querySelector<HTMLElement>(".menu-sheet");
    if (!menu?.open || !sheet || !menu.closest(".message-actions")) return;
    menu.removeAttribute("data-up");
    const [above, size] = [menu.getBoundingClientRect().top, sheet.getBoundingClientRect()];
    menu.toggleAttribute("data-up", size.bottom > innerHeight && above > size.height);
  };
  root.addEventListener("toggle", place, { capture: true });
}
