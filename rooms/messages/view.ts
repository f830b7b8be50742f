// One message on the page: the element that the template makes, filled and changed in place.
import { copy, part } from "#web/page.ts";
import { initials, tint } from "#web/tint.ts";
import { labelTimes } from "#web/times.ts";
import { linkAddresses } from "./links.ts";

export interface Author {
  readonly id: string;
  readonly name: string;
  readonly initials: string;
}

export interface View {
  readonly id: string;
  readonly seq: number;
  readonly by: Author;
  readonly at: string;
  readonly text: string;
  readonly mine: boolean;
  readonly mayReply: boolean;
  readonly mayEdit: boolean;
  readonly mayRemove: boolean;
}

export interface Quote {
  readonly id: string;
  readonly name: string;
  readonly excerpt: string;
}

export function makeMessage(root: HTMLElement, view: View): HTMLElement {
  const element = copy(root, "message-template");
  element.id = view.id;
  element.dataset.seq = String(view.seq);
  element.dataset.at = view.at;
  element.toggleAttribute("data-mine", view.mine);
  const time = part<HTMLTimeElement>(element, "time");
  time.dateTime = view.at;
  setAuthor(element, view.by);
  setText(element, view.text);
  labelTimes(element);
  setRights(element, view);
  return element;
}

export function setAuthor(element: HTMLElement, by: Author): void {
  element.dataset.by = by.id;
  part(element, "author").textContent = by.name;
  part(element, "author").dataset.tint = tint(by.id);
  part(element, "initials").textContent = by.initials || initials(by.name);
  part(element, "initials").dataset.tint = tint(by.id);
}

export function setText(element: HTMLElement, text: string): void {
  part(element, "text").textContent = text;
  linkAddresses(part(element, "text"));
}

export function textOf(element: HTMLElement): string {
  return part(element, "text").textContent ?? "";
}

export function authorOf(element: HTMLElement): string {
  return part(element, "author").textContent ?? "";
}

export function setQuote(element: HTMLElement, quote: Quote): void {
  const link = part<HTMLAnchorElement>(element, "quote");
  link.hidden = false;
  link.href = `#${quote.id}`;
  link.dataset.replyTo = quote.id;
  part(element, "quote-name").textContent = quote.name;
  part(element, "quote-text").textContent = quote.excerpt;
}

export function markEdited(element: HTMLElement, text: string): void {
  setText(element, text);
  part(element, "edited").hidden = false;
}

/** The text goes, the place stays: replies still have something to stand on. */
export function markRemoved(element: HTMLElement): void {
  element.setAttribute("data-removed", "");
  part(element, "text").textContent = "";
  for (const name of ["text", "quote", "edited", "actions", "state"]) part(element, name).hidden = true;
  part(element, "gone").hidden = false;
}

export type State = "sending" | "saved" | "refused" | "held";

/** Says what became of what the person did, with the choices that are left. */
export function setState(element: HTMLElement, state: State | undefined, ...content: (Node | string)[]): void {
  const line = part(element, "state");
  if (state) element.dataset.state = state;
  else delete element.dataset.state;
  line.hidden = state === undefined;
  line.replaceChildren(...content);
}

function setRights(element: HTMLElement, view: View): void {
  const acts = { reply: view.mayReply, edit: view.mayEdit, remove: view.mayRemove };
  for (const [act, allowed] of Object.entries(acts)) {
    for (const link of element.querySelectorAll<HTMLAnchorElement>(`[data-act="${act}"]`)) {
      link.hidden = !allowed;
      link.href = `?${act === "reply" ? "reply_to" : act}=${view.id}#composer`;
    }
  }
  part(element, "actions").hidden = !Object.values(acts).includes(true);
  part(element, "more").toggleAttribute("data-only-reply", !view.mayEdit && !view.mayRemove);
}
