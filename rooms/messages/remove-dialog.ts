import { part } from "#web/page.ts";

/** Asks whether a message is to go; `confirmed` gets the reason, which may be empty. */
export function askToRemove(
  root: HTMLElement,
  about: { readonly name: string; readonly text: string },
  confirmed: (reason: string) => void,
): void {
  const dialog = part<HTMLDialogElement>(root, "remove-dialog");
  const reason = dialog.querySelector("input");
  part(dialog, "remove-name").textContent = about.name;
  part(dialog, "remove-text").textContent = about.text;
  if (reason) reason.value = "";
  dialog.returnValue = "keep";
  dialog.onclose = () => dialog.returnValue === "remove" && confirmed(reason?.value.trim() ?? "");
  dialog.showModal();
}
