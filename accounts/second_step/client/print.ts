/** A button that prints the page. */
export class Print extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.querySelector("button")?.addEventListener("click", () => window.print());
  }
}
