// What this browser keeps for a person, and how it is forgotten.
import { forgetPages } from "./kept-pages.ts";
import { names } from "./outbox-store.ts";
import { PageStorage } from "./page-storage.ts";

const UNSENT = ["corridor:outbox:", "corridor:help:"];
const PERSONAL = [...UNSENT, "corridor:draft:"];

/** The browser's storage, or one that lasts as long as the page where that is forbidden. */
export function browserStorage(): Storage {
  try {
    localStorage.getItem("corridor");
    return localStorage;
  } catch {
    return new PageStorage();
  }
}

/** Forgets what others wrote on this device before: their words are not for whoever signs in next. */
export function forgetOthers(storage: Storage, person: string): void {
  for (const prefix of PERSONAL) {
    for (const name of names(storage, prefix)) {
      if (!name.startsWith(`${prefix}${person}:`)) storage.removeItem(name);
    }
  }
}

const SIGNED_OUT = "corridor:signed-out";
let forgetting = false;

/** Forgets what was written here and keeps nothing more, in this tab and in the others. */
export function forgetEveryone(storage: Storage): void {
  forgetting = true;
  for (const prefix of PERSONAL) for (const name of names(storage, prefix)) storage.removeItem(name);
  storage.setItem(SIGNED_OUT, String(Date.now()));
  void forgetPages();
}

/** Heeds a sign-out in another tab: what is still written here is not kept either. */
export function heedSignOut(): void {
  addEventListener("storage", (event) => {
    if (event.key === SIGNED_OUT) forgetting = true;
  });
}

/** Keeps a draft, unless the person has just signed out. */
export function keep(storage: Storage, name: string, value: string): void {
  if (value === "" || forgetting) return storage.removeItem(name);
  try {
    storage.setItem(name, value);
  } catch {
    // no room: the draft lasts as long as the page
  }
}

export function unsentCount(storage: Storage): number {
  return UNSENT.reduce((sum, prefix) => sum + names(storage, prefix).length, 0);
}
