const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?()'\]]/g;

/** Turns web addresses in what somebody wrote into links. What is shown is always where it leads. */
export function linkAddresses(element: HTMLElement): void {
  if (element.hasAttribute("data-marked")) return; // the server has done so
  const text = element.textContent ?? "";
  const found = [...text.matchAll(ADDRESS)];
  if (found.length === 0) return;
  let from = 0;
  const content: (Node | string)[] = [];
  for (const match of found) {
    content.push(text.slice(from, match.index), link(match[0]));
    from = match.index + match[0].length;
  }
  element.replaceChildren(...content, text.slice(from));
}

function link(address: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.href = address;
  made.textContent = address;
  made.rel = "noopener noreferrer nofollow";
  made.target = "_blank";
  return made;
}
