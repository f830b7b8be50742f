// What the browser keeps of pages for reading offline; web/service-worker keeps it.
import { PAGES } from "./kept-pages.ts";
import { part, t } from "./page.ts";

const RETRY_MS = 20_000;

/** Takes the service worker into service; nothing waits for it. */
export function keepPages(): void {
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("/service-worker.js").catch(() => undefined); // forbidden here: then nothing is kept
  });
}

/** On a page that comes from what was kept: says so, and lets nothing be sent from it. */
export class KeptPage extends HTMLElement {
  connectedCallback(): void {
    const at = new Date(document.documentElement.dataset.kept ?? "");
    if (Number.isNaN(at.getTime())) return;
    const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    part(this, "kept").textContent = t("kept_page", { moment: moment.format(at) });
    this.setAttribute("role", "status");
    this.hidden = false;
    reloadOnceOnline();
  }
}

/** On the page of being offline: the pages that can be read now. */
export class KeptPages extends HTMLElement {
  connectedCallback(): void {
    if (location.pathname === "/sign-out") part(this, "not-out").hidden = false;
    void this.#list();
    reloadOnceOnline();
  }

  async #list(): Promise<void> {
    if (!("caches" in globalThis)) return;
    for (const name of (await caches.keys()).filter((each) => each.startsWith(PAGES))) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (new URL(request.url).pathname === "/help") continue; // it is in the corner of every page
        await this.#show(request, await cache.match(request));
      }
    }
  }

  async #show(request: Request, response: Response | undefined): Promise<void> {
    const page = new DOMParser().parseFromString((await response?.text()) ?? "", "text/html");
    const heading = page.querySelector("h1")?.textContent?.trim();
    if (!heading) return;
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = new URL(request.url).pathname;
    link.textContent = heading;
    link.className = "button";
    link.dir = "auto";
    item.append(link);
    part(this, "list").append(item);
    part(this, "some").hidden = false;
  }
}

/** The device may know that it is online again, or the server may have been the one that was away. */
function reloadOnceOnline(): void {
  const look = (): void => void fetch("/health/live").then((answer) => answer.ok && again(), () => undefined);
  addEventListener("online", look);
  setInterval(look, RETRY_MS);
}

/** A form is not sent a second time: what it asked for is asked for anew, or not. */
function again(): void {
  if (location.pathname === "/sign-out") location.assign("/");
  else location.reload();
}
