import { post } from "#web/api.ts";
import { optionalPart, part } from "#web/page.ts";
import { record } from "#web/protocol.ts";
import { canUsePasskeys, create, get } from "./credentials.ts";

/**
 * A form that carries a passkey's answer. `data-act` is create or get; `data-options` is where the question comes from.
 * Where the browser knows no passkeys the form stays hidden.
 */
export class Passkey extends HTMLElement {
  connectedCallback(): void {
    if (!canUsePasskeys()) return;
    const form = part<HTMLFormElement>(this, "form");
    form.hidden = false;
    optionalPart(this, "unable")?.remove();
    form.addEventListener("submit", (event) => {
      if (field(form, "credential").value !== "") return;
      event.preventDefault();
      void this.#ask(form);
    });
  }

  async #ask(form: HTMLFormElement): Promise<void> {
    const failed = part(this, "failed");
    failed.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      const { status, body } = await post(this.dataset.options ?? "", {});
      if (status !== 200) throw new Error(`The options answered ${status}`);
      const act = this.dataset.act === "create" ? create : get;
      field(form, "challenge").value = String(body.challenge);
      field(form, "credential").value = await act(record(body.options));
      form.requestSubmit();
    } catch {
      failed.hidden = false; // the person changed their mind, or the device could not
    } finally {
      form.removeAttribute("aria-busy");
    }
  }
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name);
  if (!(found instanceof HTMLInputElement)) throw new Error(`The form has no field ${name}`);
  return found;
}
