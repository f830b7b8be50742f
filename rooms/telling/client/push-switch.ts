// Switches it on and off that this device tells of new stickies. Only a click asks the browser for leave.
import { get, post } from "#web/api.ts";
import { optionalPart, part, t } from "#web/page.ts";
import { text } from "#web/protocol.ts";
import { keepWords } from "./words.ts";

const URL_OF = "/api/v1/push";

export class PushSwitch extends HTMLElement {
  connectedCallback(): void {
    part(this, "on").addEventListener("click", () => void this.#try(() => this.#switchOn()));
    part(this, "off").addEventListener("click", () => void this.#try(() => this.#switchOff()));
    void this.#try(() => this.#tell());
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      part(this, "state").textContent = t("push_failed");
    }
  }

  async #tell(): Promise<void> {
    if (!("PushManager" in globalThis) || !("serviceWorker" in navigator) || !("Notification" in globalThis)) {
      return this.#show("push_unknown", "none");
    }
    if (Notification.permission === "denied") return this.#show("push_denied", "none");
    const registration = await navigator.serviceWorker.getRegistration();
    const on = await registration?.pushManager.getSubscription();
    const told = on !== null && on !== undefined && this.dataset.told === "true"; // by whoever is signed in here
    this.#show(told ? "push_on" : "push_off", told ? "off" : "on");
  }

  async #switchOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") return this.#tell();
    const registration = await navigator.serviceWorker.ready;
    const key = text((await get(URL_OF)).body.key);
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const told = await post(URL_OF, fieldsOf(made));
    if (told.status !== 200) {
      await made.unsubscribe();
      return this.#show("push_failed", "on");
    }
    this.dataset.told = "true";
    await keepWords();
    await this.#tell();
  }

  async #switchOff(): Promise<void> {
    const registration = await navigator.serviceWorker.getRegistration();
    const made = await registration?.pushManager.getSubscription();
    if (made) {
      await fetch(URL_OF, { method: "DELETE", body: JSON.stringify({ endpoint: made.endpoint }) });
      await made.unsubscribe();
    }
    await this.#tell();
  }

  #show(key: string, offered: "on" | "off" | "none"): void {
    part(this, "state").textContent = t(key);
    for (const name of ["on", "off"]) {
      const shown = optionalPart(this, name);
      if (shown) shown.hidden = name !== offered;
    }
  }
}

function fieldsOf(made: PushSubscription): Record<string, string> {
  const { keys } = made.toJSON();
  return { endpoint: made.endpoint, p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" };
}
