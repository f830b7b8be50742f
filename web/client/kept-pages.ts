// The caches in which the service worker keeps people's pages: how they are forgotten.

export const PAGES = "corridor-pages:"; // what their names begin with

/** Forgets all pages of whoever was signed in on this device. */
export async function forgetPages(): Promise<void> {
  if (!("caches" in globalThis)) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES)).map((name) => caches.delete(name)));
}

/** Forgets one page, in which something was that is there no more. */
export async function forgetPage(path: string): Promise<void> {
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES)) await (await caches.open(name)).delete(path);
  }
}
