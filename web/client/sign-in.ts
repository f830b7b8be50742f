import { part } from "./page.ts";

const SCHOOL = "corridor:school";

/** The sign-in form: remembers the school, shows the password on request, and tells of Caps Lock. */
export class SignIn extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form");
    const school = this.querySelector<HTMLInputElement>("#school");
    const name = this.querySelector<HTMLInputElement>("#name");
    const password = this.querySelector<HTMLInputElement>("#password");
    if (!form || !school || !name || !password) return;
    school.value ||= localStorage.getItem(SCHOOL) ?? "";
    form.addEventListener("submit", () => localStorage.setItem(SCHOOL, school.value));
    if (matchMedia("(hover: hover)").matches) [school, name, password].find((input) => input.value === "")?.focus();
    this.#offerToShow(password);
    this.#watchCapsLock(password);
  }

  #offerToShow(password: HTMLInputElement): void {
    const show = part(this, "show");
    show.hidden = false;
    show.addEventListener("click", () => {
      const shown = password.type === "text";
      password.type = shown ? "password" : "text";
      show.setAttribute("aria-pressed", String(!shown));
      password.focus();
    });
  }

  #watchCapsLock(password: HTMLInputElement): void {
    const hint = part(this, "caps");
    for (const type of ["keydown", "keyup"] as const) {
      password.addEventListener(type, (event) => {
        hint.hidden = !event.getModifierState?.("CapsLock");
      });
    }
    password.addEventListener("blur", () => {
      hint.hidden = true;
    });
  }
}
