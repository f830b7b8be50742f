// Calls for help that are not sent yet: an outbox of their own, so that nothing else that waits holds them up. Every
// page sends it, whatever else is on it.
import { command } from "#web/api.ts";
import { browserStorage, forgetOthers } from "#web/local.ts";
import { Outbox } from "#web/outbox.ts";
import { BrowserStore } from "#web/outbox-store.ts";
import { alone, Tabs } from "#web/tabs.ts";

const HELP = "corridor:help:";

let made: Outbox | undefined;

/** The one of this page. */
export function helpOutbox(person: string): Outbox {
  made ??= make(person);
  return made;
}

function make(person: string): Outbox {
  const storage = browserStorage();
  const name = `corridor-help:${person}`;
  forgetOthers(storage, person);
  const outbox: Outbox = new Outbox(new BrowserStore(person, storage, HELP), {
    send: (entry) => command(entry.name, { ...entry.fields, room: entry.room, key: entry.key }),
    ready: () => navigator.onLine,
    alone: (work) => alone(name, work),
    wait: (ms) => new Promise((resume) => setTimeout(resume, ms)),
    tell: (news) => tabs.tell(news),
  });
  const tabs = new Tabs(name, (news) => outbox.hear(news));
  addEventListener("storage", () => outbox.hear({ type: "changed" }));
  addEventListener("online", () => void outbox.drain());
  addEventListener("pageshow", (event) => event.persisted && void outbox.drain());
  document.addEventListener("visibilitychange", () => !document.hidden && void outbox.drain());
  return outbox;
}
