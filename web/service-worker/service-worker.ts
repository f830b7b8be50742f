// Between the pages and the network: while there is none, what was read last can be read again, and nothing else.
//
// Pages come from the network whenever it answers, so that nobody sees an old one. What is kept of a person is kept under
// their id, which every page of theirs tells in a header, and goes as soon as a page says that somebody else is here, or
// nobody. Only pages that were opened are kept: no forms, no files, nothing that a script fetched.

declare const self: ServiceWorkerGlobalScope;
declare const VERSION: string; // of the manifest of built files: another build is another shell
declare const SHELL: readonly string[];
declare const ICON: string;

const SHELL_CACHE = `corridor-shell:${VERSION}`;
const PAGES = "corridor-pages:";
const OFFLINE = "/offline";
const HELP = "/help";
const STICKIES = "/stickies";
const MOST_PAGES = 20;
const LARGEST_PAGE = 600_000; // characters
const HELP_MS = 12 * 3600 * 1000;
const LONGEST_MS = 14 * 24 * 3600 * 1000;
const READ = /^\/$|^\/rooms\/[a-z0-9]+$/;

self.addEventListener("install", (event) => {
  event.waitUntil(fillShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldShells().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/") && request.method === "GET") return event.respondWith(file(request));
  const out = url.pathname === "/sign-out" || (request.method === "DELETE" && url.pathname === "/api/v1/sessions");
  if (out) event.respondWith(signOut(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, url));
});

self.addEventListener("push", (event) => {
  event.waitUntil(tell(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(STICKIES));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  const change = event as ExtendableEvent & { oldSubscription?: PushSubscription; newSubscription?: PushSubscription };
  change.waitUntil(renew(change.oldSubscription, change.newSubscription));
});

/** A push says of which kind something is, and by which tag it goes again; the sentence lies in this browser. */
async function tell(data: PushMessageData | null): Promise<void> {
  const { kind, tag } = said(data);
  if (kind === "close") {
    for (const shown of await self.registration.getNotifications({ tag })) shown.close();
    return;
  }
  const words = await told();
  const sentence = kind === "help" ? words.help : words.sticky;
  const options = { tag, lang: words.lang, dir: words.dir, icon: "/static/" + ICON, data: {} };
  await self.registration.showNotification(sentence, options as NotificationOptions);
}

function said(data: PushMessageData | null): { kind: string; tag: string } {
  try {
    const found = data?.json() as { kind?: unknown; tag?: unknown } | undefined;
    return { kind: String(found?.kind ?? "sticky"), tag: String(found?.tag ?? "sticky") };
  } catch {
    return { kind: "sticky", tag: "sticky" };
  }
}

async function told(): Promise<{ lang: string; dir: "ltr" | "rtl" | "auto"; sticky: string; help: string }> {
  const usual = { lang: "en", dir: "ltr" as const, sticky: "There is a new sticky for you", help: "Somebody asks for help" };
  const kept = await (await caches.open("told-words")).match("/told-words");
  return { ...usual, ...((await kept?.json()) as object | undefined) };
}

/** In a tab that is open already, if there is one. */
async function open(path: string): Promise<void> {
  const tabs = await self.clients.matchAll({ type: "window" });
  const there = tabs.find((tab) => new URL(tab.url).pathname === path);
  if (there) await there.focus();
  else await self.clients.openWindow(path);
}

/** The browser was given another address: the server is told, as long as its person is signed in here. */
async function renew(was: PushSubscription | undefined, made: PushSubscription | undefined): Promise<void> {
  const key = was?.options.applicationServerKey;
  const renewed =
    made ?? (key ? await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : undefined);
  if (!renewed) return;
  const { keys } = renewed.toJSON();
  const fields = { endpoint: renewed.endpoint, p256dh: keys?.p256dh, auth: keys?.auth, was: was?.endpoint };
  await fetch("/api/v1/push", { method: "POST", body: JSON.stringify(fields) }).catch(() => undefined);
}

async function fillShell(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE);
  // Without cookies: the page of being offline is nobody's.
  await cache.addAll([...SHELL, new Request(OFFLINE, { credentials: "omit", cache: "no-store" })]);
}

/** Kept pages go with the shell that they were made for: without it they would be bare. */
async function dropOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("corridor-") && !name.split(":").includes(VERSION));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function file(request: Request): Promise<Response> {
  return (await (await caches.open(SHELL_CACHE)).match(request)) ?? fetch(request);
}

async function page(event: FetchEvent, url: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(event.request);
  } catch {
    return kept(url);
  }
  await heedReader(response, url);
  const copy = worthKeeping(response, url) ? response.clone() : undefined;
  if (copy) event.waitUntil(keep(copy, url).then(() => keepHelp(copy)));
  else if (READ.test(url.pathname) && response.status !== 200) event.waitUntil(forget(url));
  return response;
}

/** What was kept goes before the sign-out is even asked for, so that it is gone also where nobody answers. */
async function signOut(request: Request): Promise<Response> {
  await forgetOthers("");
  return fetch(request).catch(async () => (request.mode === "navigate" && (await caches.match(OFFLINE))) || Response.error());
}

/** A page of somebody else, or of nobody: what others have left goes before it is shown. */
async function heedReader(response: Response, url: URL): Promise<void> {
  const reader = response.headers.get("Corridor-Reader");
  const nobody = new URL(response.url || url).pathname.startsWith("/sign-in") || response.status === 401;
  if (response.type === "opaqueredirect") return; // the browser asks again, at the page that it leads to
  if (reader || nobody) await forgetOthers(reader ?? "");
}

async function forgetOthers(reader: string): Promise<void> {
  const own = pagesOf(reader);
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES) && name !== own).map((name) => caches.delete(name)));
}

function worthKeeping(response: Response, url: URL): boolean {
  return (
    response.status === 200 &&
    !response.redirected &&
    url.search === "" &&
    READ.test(url.pathname) &&
    response.headers.has("Corridor-Reader") &&
    response.headers.get("Corridor-Offline") !== "no" &&
    (response.headers.get("Content-Type") ?? "").startsWith("text/html")
  );
}

async function keep(response: Response, url: URL): Promise<void> {
  const text = await response.text();
  if (text.length > LARGEST_PAGE) return;
  const now = new Date().toISOString();
  const marked = text.replace("<html ", `<html data-kept="${now}" `);
  const headers = new Headers(response.headers);
  headers.set("Corridor-Kept", now);
  const cache = await caches.open(pagesOf(response.headers.get("Corridor-Reader") ?? ""));
  await cache.delete(url.pathname); // what is put again stands at the end: the first are those read longest ago
  await cache.put(url.pathname, new Response(marked, { headers }));
  const all = (await cache.keys()).filter((each) => new URL(each.url).pathname !== HELP);
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_PAGES)).map((old) => cache.delete(old)));
}

/** The way to help is there offline, also for somebody who has never opened it; without what they asked before. */
async function keepHelp(beside: Response): Promise<void> {
  const reader = beside.headers.get("Corridor-Reader") ?? "";
  const found = await (await caches.open(pagesOf(reader))).match(HELP);
  if (found && Date.now() - Date.parse(found.headers.get("Corridor-Kept") ?? "") < HELP_MS) return;
  const response = await fetch(`${HELP}?plain=true`, { headers: { accept: "text/html" } }).catch(() => undefined);
  if (response?.status !== 200 || response.redirected || response.headers.get("Corridor-Offline") === "no") return;
  if (response.headers.get("Corridor-Reader") === reader) await keep(response, new URL(HELP, self.location.origin));
}

async function kept(url: URL): Promise<Response> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES) || url.pathname === OFFLINE) continue;
    const found = await (await caches.open(name)).match(url.pathname);
    if (found && isFresh(found)) return found;
  }
  const offline = await caches.match(OFFLINE);
  return offline ?? Response.error();
}

function isFresh(found: Response): boolean {
  return Date.now() - Date.parse(found.headers.get("Corridor-Kept") ?? "") < LONGEST_MS;
}

async function forget(url: URL): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES)) await (await caches.open(name)).delete(url.pathname);
  }
}

function pagesOf(reader: string): string {
  return `${PAGES}${VERSION}:${reader}`;
}

export {};
