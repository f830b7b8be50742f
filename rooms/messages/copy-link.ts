// Copies the link to a message, and says so beside it.
import { say } from "#web/announcer.ts";
import { icon, t } from "#web/page.ts";
import { setState } from "./view.ts";

const SHOWN_MS = 3_000;

export async function copyLink(message: HTMLElement | undefined, link: string): Promise<void> {
  const said = await copied(link);
  say(said);
  if (!message) return;
  setState(message, "saved", icon("link"), said);
  setTimeout(() => message.dataset.state === "saved" && setState(message, undefined), SHOWN_MS);
}

async function copied(link: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(link);
    return t("link_copied");
  } catch {
    return t("link_not_copied", { link });
  }
}
