// The reader's place on the page, which nothing that arrives may take from them.

const NEAR_PX = 64;

export function seesBottom(): boolean {
  const page = document.documentElement;
  return document.visibilityState === "visible" && page.scrollHeight - innerHeight - scrollY < NEAR_PX;
}

export function goToBottom(): void {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

/** Gives the keyboard a place to be when what had the focus goes away. */
export function giveFocus(element: HTMLElement): void {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** The first of the elements that the reader can see, at least in part. */
export function firstInView<Type extends HTMLElement>(elements: Iterable<Type>): Type | undefined {
  for (const element of elements) {
    if (element.getBoundingClientRect().bottom > 0) return element;
  }
  return undefined;
}

/** Changes the page so that what the reader looks at stays where it is. `find` returns that element before and after. */
export function keepingPlace(find: () => HTMLElement | undefined, change: () => void): void {
  const before = find()?.getBoundingClientRect().top;
  change();
  const after = find()?.getBoundingClientRect().top;
  if (before !== undefined && after !== undefined) scrollBy({ top: after - before, behavior: "instant" });
}
