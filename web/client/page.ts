// What the server put into the page for the client: sentences, data, language.
import { type Body, parseJson, record } from "./protocol.ts";
import { type Sentences, type Translate, translator } from "./strings.ts";

let translate: Translate | undefined;

export const t: Translate = (key, values) => {
  translate ??= translator(sentences(), lang());
  return translate(key, values);
};

/** A sentence of the server in the page's language, or as the server said it. */
export function inOwnWords(sentence: string): string {
  const known = record(parseJson(document.getElementById("refusals")?.textContent ?? ""))[sentence];
  return typeof known === "string" ? known : sentence;
}

export function lang(): string {
  return document.documentElement.lang || "en";
}

export function pageData(page: Document = document): Body {
  return record(parseJson(page.getElementById("page-data")?.textContent ?? ""));
}

/** The part of that name inside an element; it is the template's promise that it is there. */
export function part<Type extends HTMLElement = HTMLElement>(root: ParentNode, name: string): Type {
  const found = root.querySelector<Type>(`[data-part="${name}"]`);
  if (!found) throw new Error(`The page has no part ${name}`);
  return found;
}

export function optionalPart<Type extends HTMLElement = HTMLElement>(root: ParentNode, name: string): Type | undefined {
  return root.querySelector<Type>(`[data-part="${name}"]`) ?? undefined;
}

/** A copy of a template's first element. */
export function copy(root: ParentNode, name: string): HTMLElement {
  const template = part(root, name);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  if (!(first instanceof HTMLElement)) throw new Error(`The template ${name} is empty`);
  return document.importNode(first, true);
}

export function icon(name: string): SVGSVGElement {
  const known = document.querySelector("svg use")?.getAttribute("href") ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

export function button(label: string, act: () => void, look = "link"): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.dataset.look = look;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** Leaves for the sign-in page, and comes back here; not over and over, should the two disagree. */
export function goToSignIn(): boolean {
  const last = Number(sessionStorage.getItem("corridor:to-sign-in") ?? 0);
  if (Date.now() - last < 10_000) return false;
  sessionStorage.setItem("corridor:to-sign-in", String(Date.now()));
  location.assign(`/sign-in?back=${encodeURIComponent(location.pathname)}`);
  return true;
}

/** What was asked for does not exist, or not for this person. */
export class Gone extends Error {}
export class SignedOut extends Error {}

export async function fetchPage(url: string): Promise<Document> {
  const response = await fetch(url, { headers: { accept: "text/html" } });
  if (response.status === 404) throw new Gone();
  if (response.status === 401 || new URL(response.url).pathname === "/sign-in") throw new SignedOut();
  if (!response.ok) throw new Error(`The page answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function sentences(): Sentences {
  const blocks = document.querySelectorAll("script[data-strings]");
  const parsed = Array.from(blocks, (block) => record(parseJson(block.textContent ?? "")));
  return Object.assign({}, ...parsed) as Sentences;
}
