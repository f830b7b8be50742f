// What one press does to a message: sent at once, or said not to have got through. Nothing of it waits for later.
import { command } from "#web/api.ts";
import { say } from "#web/announcer.ts";
import { inOwnWords, t } from "#web/page.ts";
import type { Fields } from "#web/protocol.ts";
import { uuid } from "#web/uuid.ts";

/** Whether it was done. If not, `failed` or the server's own reason is said. */
export async function act(name: string, fields: Fields, failed: string): Promise<boolean> {
  const answer = await command(name, { ...fields, key: uuid() });
  if (answer.type === "done") return true;
  say(answer.type === "refused" ? inOwnWords(answer.message) : t(failed));
  return false;
}

/** The message of that id on the page. */
export function messageOf(root: ParentNode, id: string): HTMLElement | undefined {
  return (id && root.querySelector<HTMLElement>(`li.message[id="${CSS.escape(id)}"]`)) || undefined;
}

/** Messages that look the same stay the elements that they are: their part of that name is as the server has it now. */
export function renewParts(root: ParentNode, pages: readonly Document[], name: string): void {
  for (const page of pages) {
    for (const fresh of page.querySelectorAll<HTMLElement>("li.message")) {
      const here = messageOf(root, fresh.id)?.querySelector(`[data-part="${name}"]`);
      const there = fresh.querySelector(`[data-part="${name}"]`);
      if (here && there) here.replaceWith(document.importNode(there, true));
    }
  }
}
