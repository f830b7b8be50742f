// One message on the page: the element that the template makes, filled and changed in place.
import { copy, part, t } from "#web/page.ts";
import { initials, tint } from "#web/tint.ts";
import { labelTimes } from "#web/times.ts";
import { linkAddresses } from "./links.ts";
import { markedNodes } from "./marked.ts";

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
  readonly room: string;
  readonly text: string;
  readonly html: string;
  readonly forwardedBy: string;
  readonly inThread: boolean;
  readonly mine: boolean;
  readonly mayReply: boolean;
  readonly mayEdit: boolean;
  readonly mayRemove: boolean;
  /** At how it read before, once it is edited. */
  readonly mayLook: boolean;
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
  setText(element, view.text, view.html);
  part(element, "forwarded").hidden = view.forwardedBy === "";
  part(element, "forwarded-by").textContent = t("passed_on", { name: view.forwardedBy });
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

/** What somebody wrote; with `html`, as the server marked it up. */
export function setText(element: HTMLElement, text: string, html = ""): void {
  const shown = part(element, "text");
  shown.toggleAttribute("data-marked", html !== "");
  if (html === "") {
    delete shown.dataset.source;
    shown.textContent = text;
    linkAddresses(shown);
  } else {
    shown.dataset.source = text;
    shown.replaceChildren(...markedNodes(html));
  }
}

/** What somebody wrote, with its marks. */
export function sourceOf(element: HTMLElement): string {
  return part(element, "text").dataset.source ?? textOf(element);
}

/** How the text is shown now, to go back to. */
export function keepText(element: HTMLElement): () => void {
  const shown = part(element, "text");
  const [nodes, source] = [Array.from(shown.childNodes), shown.dataset.source];
  return () => {
    shown.replaceChildren(...nodes);
    shown.toggleAttribute("data-marked", source !== undefined);
    if (source === undefined) delete shown.dataset.source;
    else shown.dataset.source = source;
  };
}

export function textOf(element: HTMLElement): string {
  return part(element, "text").textContent ?? "";
}

/** As much of a message as is read out. */
export function saidOf(element: HTMLElement): string {
  return [...textOf(element)].slice(0, 140).join("");
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

export function markEdited(element: HTMLElement, text: string, html: string, mayLook: boolean): void {
  setText(element, text, html);
  part(element, "edited").hidden = false;
  for (const link of element.querySelectorAll<HTMLElement>('[data-act="versions"]')) link.hidden = !mayLook;
}

/** The text goes, the place stays: replies still have something to stand on. */
export function markRemoved(element: HTMLElement): void {
  element.setAttribute("data-removed", "");
  setText(element, "");
  part(element, "forwarded-by").textContent = "";
  for (const name of ["text", "quote", "edited", "forwarded", "actions", "state"]) part(element, name).hidden = true;
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
    for (const link of links(element, act)) {
      link.hidden = !allowed;
      link.href = `?${act === "reply" ? "reply_to" : act}=${view.id}#composer`;
    }
  }
  const itself = `/rooms/${view.room}/messages/${view.id}`;
  const thread = `/rooms/${view.room}/threads/${view.id}`;
  part<HTMLAnchorElement>(element, "thread").href = thread;
  for (const link of links(element, "thread")) {
    link.href = `${thread}#composer`;
    link.hidden = view.inThread || !view.mayReply;
  }
  for (const link of links(element, "link")) link.href = itself;
  for (const link of links(element, "forward")) link.href = `${itself}/forward`;
  for (const link of links(element, "versions")) {
    link.href = `${itself}/versions`;
    link.hidden = true;
  }
  part(element, "actions").hidden = view.seq === 0;
}

function links(element: HTMLElement, act: string): NodeListOf<HTMLAnchorElement> {
  return element.querySelectorAll<HTMLAnchorElement>(`[data-act="${act}"]`);
}
