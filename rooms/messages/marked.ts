// Marked-up text that the server made: taken over tag by tag, so that nothing else can come along.

const TAGS = new Set(["P", "BR", "EM", "STRONG", "S", "CODE", "PRE", "UL", "OL", "LI", "BLOCKQUOTE", "A", "SPAN"]);
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  A: ["href", "rel", "target"],
  OL: ["start"],
  SPAN: ["class", "data-who"],
};

export function markedNodes(html: string): Node[] {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return Array.from(parsed.body.childNodes).flatMap(taken);
}

function taken(node: Node): Node[] {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? "")];
  if (!(node instanceof Element)) return [];
  const inside = Array.from(node.childNodes).flatMap(taken);
  if (!TAGS.has(node.tagName)) return inside;
  const made = document.createElement(node.tagName);
  for (const name of ["dir", ...(ATTRIBUTES[node.tagName] ?? [])]) {
    const value = node.getAttribute(name);
    if (value !== null && (name !== "href" || /^https?:\/\//.test(value))) made.setAttribute(name, value);
  }
  made.append(...inside);
  return [made];
}
