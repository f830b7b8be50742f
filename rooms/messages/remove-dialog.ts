import { part } from "#web/page.ts";
import { giveFocus } from "../client/reader.ts";

export interface About {
  readonly name: string;
  readonly text: string;
}

/** Asks whether a message is to go; `confirmed` gets the reason, which may be empty. The focus goes to
 * `back`: the menu that led here is closed, and may be gone. */
export function askToRemove(
  root: HTMLElement,
  about: About,
  back: HTMLElement,
  confirmed: (reason: string) => void,
): void {
  const dialog = part<HTMLDialogElement>(root, "remove-dialog");
  const reason = dialog.querySelector("input");
  show(dialog, about);
  if (reason) reason.value = "";
  dialog.returnValue = "keep";
  dialog.onclose = () => {
    show(dialog, { name: "", text: "" }); // what is removed is nowhere on the page
    giveFocus(back);
    if (dialog.returnValue === "remove") confirmed(reason?.value.trim() ?? "");
  };
  dialog.showModal();
}

function show(dialog: HTMLElement, about: About): void {
  part(dialog, "remove-name").textContent = about.name;
  part(dialog, "remove-text").textContent = about.text;
}
