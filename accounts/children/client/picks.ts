import { part } from "#web/page.ts";

/** Three pictures in order: taps fill the places at once, where without script each tap loads the page anew. */
export class Picks extends HTMLElement {
  #empty: string[] = [];

  connectedCallback(): void {
    const slots = this.#slots();
    this.#empty = slots.map((_, place) => `<span aria-hidden="true">${place + 1}</span>`);
    this.querySelectorAll<HTMLButtonElement>('button[name="add"]').forEach((tile) => {
      tile.addEventListener("click", (event) => {
        event.preventDefault();
        this.#put([...this.#picked(), tile.value]);
      });
    });
    this.querySelector('button[name="again"]')?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#put([]);
    });
  }

  #put(picked: readonly string[]): void {
    part<HTMLInputElement>(this, "picked").value = picked.join(" ");
    this.#slots().forEach((slot, place) => this.#fill(slot, picked[place], place));
    const done = picked.length >= this.#slots().length;
    const go = part<HTMLButtonElement>(this, "go");
    go.disabled = !done;
    if (done) go.focus();
    for (const tile of this.#tiles()) tile.disabled = done;
  }

  #fill(slot: Element, name: string | undefined, place: number): void {
    const tile = this.#tiles().find((each) => each.value === name);
    if (!tile) {
      slot.innerHTML = this.#empty[place] ?? "";
      return;
    }
    const word = document.createElement("span");
    word.className = "unseen";
    word.textContent = tile.textContent?.trim() ?? "";
    slot.replaceChildren(...[tile.querySelector(".picture")?.cloneNode(true) ?? "", word]);
  }

  #picked(): string[] {
    return part<HTMLInputElement>(this, "picked").value.split(" ").filter(Boolean);
  }

  #slots(): Element[] {
    return Array.from(part(this, "chosen").children);
  }

  #tiles(): HTMLButtonElement[] {
    return Array.from(this.querySelectorAll<HTMLButtonElement>('button[name="add"]'));
  }
}
