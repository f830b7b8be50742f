import { browserStorage, forgetEveryone, unsentCount } from "./local.ts";
import { button, t } from "./page.ts";

/** Signing out leaves nothing behind on this device; what is not saved yet is asked about first. */
export function watchSignOut(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-out]");
  form?.addEventListener("submit", (event) => {
    const storage = browserStorage();
    const unsent = unsentCount(storage);
    if (unsent === 0 || form.dataset.sure !== undefined) return forgetEveryone(storage);
    event.preventDefault();
    ask(unsent, () => {
      form.dataset.sure = "";
      form.requestSubmit(event.submitter);
    });
  });
}

function ask(unsent: number, goOn: () => void): void {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  const buttons = document.createElement("div");
  dialog.className = "dialog";
  buttons.className = "dialog-buttons";
  question.textContent = t("unsent_question", { count: unsent });
  buttons.append(button(t("stay"), () => dialog.close(), ""), button(t("sign_out_anyway"), goOn, "danger"));
  dialog.append(question, buttons);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
