// What the service worker says when the page is closed, in the language that its person has settled. It is told only
// that there is something; the sentences lie in this browser.
import { lang, t } from "#web/page.ts";

const CACHE = "told-words"; // not one of the shell's: another build does not make them wrong
const WORDS = "/told-words";

/** Keeps the sentences, where this browser may say something at all. */
export async function keepWords(): Promise<void> {
  if (!("caches" in globalThis) || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  const words = { lang: lang(), dir: document.documentElement.dir, sticky: t("push_sticky"), help: t("push_help") };
  try {
    await (await caches.open(CACHE)).put(WORDS, Response.json(words));
  } catch {
    // forbidden here: it is said in English
  }
}
