// What changes of the room itself while one is in it: its name, its face, who writes, what is for some.
import { fetchPage, icon, optionalPart, pageData } from "#web/page.ts";
import { type LogEvent, text } from "#web/protocol.ts";
import type { Feature, Room } from "../../client/room.ts";

/** Kinds of events after which the page is another one: somebody may write now, or nobody any more. */
const ANEW = new Set(["room_archived", "room_reopened"]);

export function keeping(room: Room): Feature {
  const settled = text(pageData().settled);
  return {
    event(event: LogEvent): void {
      if (event.room !== room.id) return;
      if (event.kind === "room_renamed" && room.thread === "") rename(room.element, text(event.body.name));
      if (event.kind === "room_changed") repaint(room.element, text(event.body.accent), text(event.body.icon));
      if (ANEW.has(event.kind) || (event.kind === "room_changed" && !settled.startsWith(settledBy(event)))) location.reload();
    },
    own(event: LogEvent): void {
      if (event.kind === "room_joined" || event.kind === "room_left") void redrawTabs(room.element);
    },
    rebuild(): void {
      void redrawTabs(room.element);
    },
    oldestInView: () => Number.MAX_SAFE_INTEGER,
    line(): void {
      // the room's log says what it is, and is read on from where it was
    },
  };
}

function settledBy(event: LogEvent): string {
  return `${text(event.body.kind)} ${text(event.body.who_writes)}`;
}

function rename(element: HTMLElement, name: string): void {
  const heading = element.querySelector("h1");
  if (heading) heading.textContent = name;
  document.title = `${name} · Corridor`;
}

function repaint(element: HTMLElement, accent: string, sign: string): void {
  document.body.dataset.accent = accent;
  element.querySelector(".room-sign")?.replaceChildren(icon(sign));
}

/** What is for some: they are told in their own room that there is something. */
async function redrawTabs(element: HTMLElement): Promise<void> {
  const page = await fetchPage(location.pathname).catch(() => undefined);
  const [here, there] = [optionalPart(element, "room-tabs"), page && optionalPart(page, "room-tabs")];
  if (here && there) here.replaceWith(document.importNode(there, true));
}
