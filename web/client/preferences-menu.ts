import { part, t } from "./page.ts";
import { applyPreferences, calm, nextTheme, theme, toggleCalm } from "./preferences.ts";

/** The choices of colours and calm in the account menu. */
export class PreferencesMenu extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.#choice("theme")?.addEventListener("click", () => this.#change(nextTheme));
    this.#choice("calm")?.addEventListener("click", () => this.#change(toggleCalm));
    addEventListener("storage", () => this.#change(applyPreferences));
    this.#show();
  }

  #choice(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-choose="${name}"]`);
  }

  #change(change: () => void): void {
    change();
    this.#show();
  }

  #show(): void {
    part(this, "theme").textContent = t(`theme_${theme()}`);
    part(this, "calm").textContent = t(calm() ? "on" : "off");
    this.#choice("calm")?.setAttribute("aria-pressed", String(calm()));
  }
}
