// How concerns stand, as it changes: for whoever raised one, and for those who look after them.
import { get } from "#web/api.ts";
import { whenHeard } from "#web/heeding.ts";
import { fetchPage, optionalPart, part } from "#web/page.ts";

const GATHER_MS = 300;
const MOST_SHOWN = 99;

/** Calls `then` a moment after the last of several changes. */
function whenChanged(then: () => void): void {
  let timer = 0;
  whenHeard((event) => {
    if (event.kind !== "concern_changed") return;
    clearTimeout(timer);
    timer = window.setTimeout(then, GATHER_MS);
  });
}

/** A list of concerns, or one of them: fetched anew when something changed. What is being written stays. */
export class Concerns extends HTMLElement {
  connectedCallback(): void {
    if (document.documentElement.dataset.kept !== undefined) return;
    whenChanged(() => void this.#fetch());
  }

  async #fetch(): Promise<void> {
    const page = await fetchPage(location.pathname + location.search).catch(() => undefined);
    const found = page && optionalPart(page, "concerns");
    if (!found) return;
    const open = [...this.querySelectorAll("details")].map((each) => each.open);
    part(this, "concerns").replaceWith(document.importNode(found, true));
    for (const [nth, each] of [...this.querySelectorAll("details")].entries()) each.open = open[nth] ?? false;
  }
}

/** How many wait, at the top of every page of the safeguarding team. */
export class Inbox extends HTMLElement {
  connectedCallback(): void {
    if (document.documentElement.dataset.kept !== undefined) return;
    whenChanged(() => void this.#count());
    addEventListener("pageshow", (event) => event.persisted && void this.#count());
    void this.#count();
  }

  async #count(): Promise<void> {
    const answer = await get("/api/v1/concerns");
    if (answer.status !== 200) return;
    const waiting = Number(answer.body.open ?? 0);
    const note = part(this, "count");
    note.hidden = waiting === 0;
    note.dataset.shown = waiting > MOST_SHOWN ? `${MOST_SHOWN}+` : String(waiting);
    note.textContent = `: ${waiting} ${note.dataset.words ?? ""}`;
  }
}
