// How the page looks: the server writes it into <html>; here it changes without loading the page anew.
import { type Body, record } from "./protocol.ts";

const NAMES = ["theme", "calm", "contrast", "font", "size", "motion", "sounds", "badges", "announcements"] as const;
export type Setting = (typeof NAMES)[number];

/** What the person has settled, where it differs from what is usual. */
export function settled(name: Setting): string | undefined {
  return document.documentElement.dataset[name];
}

/** Another page or device of this person has changed it. */
export function followLook(body: Body): void {
  const attributes = record(body.attributes);
  for (const name of NAMES) {
    const value = attributes[name];
    show(name, typeof value === "string" ? value : undefined);
  }
  document.dispatchEvent(new Event("corridor-look"));
}

function show(name: Setting, value: string | undefined): void {
  if (value === undefined) delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = value;
}

// One after the other, so that the choice made last is the one that stays.
let saving: Promise<unknown> = Promise.resolve();

/** The quick choices of a menu. Without script they are the buttons of a form. */
export class LookSwitches extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => this.#choose(event));
    document.addEventListener("corridor-look", () => this.#tell());
  }

  #choose(event: SubmitEvent): void {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || !(event.target instanceof HTMLFormElement)) return;
    event.preventDefault();
    const said = new URLSearchParams(new FormData(event.target, button) as unknown as Record<string, string>);
    const name = NAMES.find((known) => known === button.name);
    if (name) show(name, ["auto", "false"].includes(button.value) ? undefined : button.value);
    document.dispatchEvent(new Event("corridor-look"));
    const headers = { accept: "application/json" };
    saving = saving.then(() => fetch("/look", { method: "POST", body: said, headers, keepalive: true }).catch(() => undefined));
  }

  #tell(): void {
    for (const button of this.querySelectorAll<HTMLButtonElement>("[data-on]")) {
      const on = settled(button.name as Setting) === button.dataset.on;
      button.setAttribute("aria-pressed", String(on));
      button.value = (on ? button.dataset.off : button.dataset.on) ?? "";
    }
    const now = settled("theme") ?? "auto";
    const next = { auto: "light", light: "dark", dark: "auto" }[now] ?? "auto";
    const button = this.querySelector<HTMLButtonElement>('[name="theme"]');
    const words = button?.querySelector<HTMLElement>('[data-part="theme"]');
    if (!button || !words) return;
    button.value = next;
    words.textContent = words.dataset[now] ?? "";
  }
}
