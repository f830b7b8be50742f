// A thread's page: out of it, back to the place in the room that one came from, by its button or by Escape.
import { icon, optionalPart, t } from "#web/page.ts";
import type { Room } from "../client/room.ts";

export function leaveThread(room: Room): void {
  const back = optionalPart<HTMLAnchorElement>(room.element, "thread-back");
  if (!back) return;
  back.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || !cameFrom(`/rooms/${room.id}`)) return;
    event.preventDefault();
    history.back();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open], details[open]") || isWriting(event.target)) return;
    back.click();
  });
}

/** Who answers in a thread follows it from then on. */
export function showFollowing(root: HTMLElement): void {
  const form = root.querySelector<HTMLFormElement>("form.thread-follow");
  const button = form?.querySelector("button");
  const follows = form?.elements.namedItem("follows");
  if (!button || !(follows instanceof HTMLInputElement) || button.getAttribute("aria-pressed") === "true") return;
  follows.value = "false";
  button.setAttribute("aria-pressed", "true");
  const word = document.createElement("span");
  word.textContent = t("following");
  button.replaceChildren(icon("bell"), word);
}

/** Who has begun to write has Escape for other things. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement && target.value !== "";
}

function cameFrom(path: string): boolean {
  const from = document.referrer === "" ? undefined : new URL(document.referrer);
  return from?.origin === location.origin && from.pathname === path && history.length > 1;
}
