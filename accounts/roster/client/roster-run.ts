// A roster that is being carried in: the page is fetched again once it is done.
import { get } from "#web/api.ts";

const LOOK_MS = 1_000;

export class RosterRun extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#timer = window.setInterval(() => void this.#look(), LOOK_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (document.hidden) return;
    const found = await get(`/administration/roster/${this.dataset.run}/state`);
    const state = found.body.state;
    if (found.status === 200 && state !== "reading" && state !== "writing") location.reload();
  }
}
