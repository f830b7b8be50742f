// Who is here: shown while the connection is live, unknown otherwise.
import { part, t } from "#web/page.ts";
import { type Body, number } from "#web/protocol.ts";
import type { People } from "./people.ts";

export class Presence {
  #here = new Set<string>();
  #count = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly people: People,
  ) {
    people.addEventListener("names", () => this.#draw());
  }

  show(body: Body): void {
    const here = Array.isArray(body.here) ? body.here.filter((id): id is string => typeof id === "string") : [];
    this.#here = new Set(here);
    this.#count = number(body.count) || here.length;
    this.#draw();
  }

  forget(): void {
    this.show({});
  }

  #draw(): void {
    for (const row of this.root.querySelectorAll<HTMLElement>("[data-person]")) {
      row.toggleAttribute("data-here", this.#here.has(row.dataset.person ?? ""));
    }
    const known = this.#count > 0;
    part(this.root, "here-count").textContent = String(known ? this.#count : this.people.members.length);
    part(this.root, "here-count").toggleAttribute("data-known", known);
    part(this.root, "here-note").hidden = !known;
    part(this.root, "here-note").textContent = t("here_now", { count: this.#count });
  }
}
