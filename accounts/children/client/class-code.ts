import { send, takeHash } from "./behind-hash.ts";

/** The form for a class's code: a scanned poster fills it in. */
export class ClassCode extends HTMLElement {
  connectedCallback(): void {
    const code = takeHash();
    if (code !== "") send(this, "code", code);
  }
}
