// What the tabs of one person in one browser share: one sends at a time, and each hears what the others did.
import type { News } from "./outbox.ts";

/** Runs the work while no other tab runs its own. Without Web Locks it just runs: keys make a double sending harmless. */
export async function alone(name: string, work: () => Promise<void>): Promise<void> {
  if ("locks" in navigator) await navigator.locks.request(name, work);
  else await work();
}

export class Tabs {
  readonly #channel: BroadcastChannel | undefined;

  constructor(name: string, hear: (news: News) => void) {
    if (!("BroadcastChannel" in globalThis)) return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (message: MessageEvent<News>) => hear(message.data);
  }

  tell(news: News): void {
    this.#channel?.postMessage(news);
  }
}
