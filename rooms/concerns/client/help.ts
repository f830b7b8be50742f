// The way to help on every page, and the page on which one asks: kept on the device until it has arrived.
import type { Outbox } from "#web/outbox.ts";
import { inOwnWords, part } from "#web/page.ts";
import { helpOutbox } from "./outbox.ts";

/** In the corner of every page: sends what waits, and says while something does. */
export class Help extends HTMLElement {
  connectedCallback(): void {
    const person = this.dataset.person ?? "";
    if (person === "") return; // the page of being offline is nobody's
    const outbox = helpOutbox(person);
    const show = (): void => this.#show(outbox.entries().length > 0);
    outbox.addEventListener("change", show);
    show();
    void outbox.drain();
  }

  #show(waiting: boolean): void {
    const note = part(this, "note");
    note.hidden = !waiting;
    note.textContent = waiting ? (this.dataset.waiting ?? "") : "";
  }
}

/** The form of help or of the worry box. */
export class Asking extends HTMLElement {
  #asked = false;

  connectedCallback(): void {
    const outbox = helpOutbox(this.dataset.person ?? "");
    this.querySelector("form")?.addEventListener("submit", (event) => this.#send(event, outbox));
    outbox.addEventListener("change", () => this.#show(outbox));
    outbox.addEventListener("saved", () => this.#arrived(outbox));
    for (const moment of ["online", "offline"]) addEventListener(moment, () => this.#show(outbox));
    this.#show(outbox);
  }

  #send(event: SubmitEvent, outbox: Outbox): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const said = new FormData(form);
    const word = (name: string): string => String(said.get(name) ?? "").trim();
    const to = word("to");
    const fields = { text: word("text") || word("without"), ...(to === "" ? {} : { to }) };
    this.#asked = true;
    outbox.add({ room: this.dataset.room ?? "", name: this.dataset.command ?? "", fields, after: 0 });
    for (const area of form.querySelectorAll("textarea")) area.value = "";
    part(this, "state").scrollIntoView({ block: "nearest" });
  }

  /** Leads to where it is said that it arrived; a page that was kept is fetched anew by itself. */
  #arrived(outbox: Outbox): void {
    if (this.#asked && outbox.entries().length <= 1) location.assign("/help?said=sent");
  }

  #show(outbox: Outbox): void {
    const entries = outbox.entries();
    const refused = entries.find((entry) => entry.state === "refused");
    const state = part(this, "state");
    state.hidden = entries.length === 0;
    const why = refused ? `${this.dataset.refused} ${inOwnWords(refused.reason ?? "")}` : this.#waiting(outbox);
    state.textContent = entries.length === 0 ? "" : why;
    if (refused) this.#takeBack(outbox, refused.key, String(refused.fields.text ?? ""));
  }

  #waiting(outbox: Outbox): string {
    const { held, kept, sending } = this.dataset;
    if (navigator.onLine) return sending ?? "";
    return (outbox.durable ? kept : held) ?? "";
  }

  /** The words go back to where they were written. */
  #takeBack(outbox: Outbox, key: string, text: string): void {
    const area = this.querySelector("textarea");
    if (area?.value === "") area.value = text;
    const state = part(this, "state").textContent;
    outbox.discard(key);
    part(this, "state").textContent = state;
    part(this, "state").hidden = false;
  }
}

/** Messages that came while the page was open have a menu of their own: the way to report knows which one it is in. */
export function watchReports(): void {
  const aim = (event: Event): void => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>("a[data-report]");
    const message = link?.closest<HTMLElement>("li.message")?.id;
    if (link && message) link.href = link.href.replace(/\/messages\/[^/]*\/report/, `/messages/${message}/report`);
  };
  for (const moment of ["click", "auxclick", "keydown"]) document.addEventListener(moment, aim, { capture: true });
}
