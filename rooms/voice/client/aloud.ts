// Reads a message aloud, with a voice of the device itself and no other: a remote one would be sent what is written.
import { lang, optionalPart, part, t } from "#web/page.ts";
import { languagesOf, voiceFor } from "./languages.ts";
import { quiet } from "./speeds.ts";

export class Aloud {
  readonly #speech: SpeechSynthesis | undefined = globalThis.speechSynthesis;
  #reading = "";

  constructor(private readonly root: HTMLElement) {
    this.#speech?.getVoices(); // some browsers look for their voices only when asked
    root.addEventListener("toggle", (event) => this.#offer(event.target), { capture: true });
    root.addEventListener("click", (event) => this.#press(event));
    addEventListener("pagehide", () => this.stop());
  }

  stop(): void {
    if (this.#reading === "") return;
    this.#reading = "";
    this.#speech?.cancel();
  }

  gone(message: string): void {
    if (this.#reading === message) this.stop();
  }

  /** A menu was opened: whether there is a voice for its message shows then, as voices come late. */
  #offer(target: EventTarget | null): void {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    const [item, none] = [optionalPart(target, "aloud"), optionalPart(target, "aloud-none")];
    const message = target.closest<HTMLElement>("li.message");
    if (!item || !none || !message) return;
    const voice = this.#voice(textOf(message));
    item.hidden = voice === undefined;
    none.hidden = voice !== undefined;
    part(item, "aloud-word").textContent = t(this.#reading === message.id ? "aloud_stop" : "aloud");
  }

  #press(event: MouseEvent): void {
    const item = event.target instanceof Element ? event.target.closest('[data-part="aloud"]') : null;
    const message = item?.closest<HTMLElement>("li.message");
    if (!message) return;
    item?.closest("details")?.removeAttribute("open");
    const again = this.#reading === message.id;
    this.stop();
    if (!again) this.#read(message);
  }

  #read(message: HTMLElement): void {
    const text = textOf(message);
    const voice = this.#voice(text);
    if (!voice || !this.#speech) return;
    quiet(this.root);
    this.#speech.cancel();
    this.#reading = message.id;
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    for (const [place, line] of lines.entries()) {
      const said = new SpeechSynthesisUtterance(line);
      said.voice = voice;
      said.lang = voice.lang;
      if (place === lines.length - 1) said.onend = () => this.#ended(message.id);
      this.#speech.speak(said);
    }
  }

  #ended(message: string): void {
    if (this.#reading === message) this.#reading = "";
  }

  #voice(text: string): SpeechSynthesisVoice | undefined {
    return voiceFor(this.#speech?.getVoices() ?? [], languagesOf(text, lang()));
  }
}

function textOf(message: HTMLElement): string {
  return part(message, "text").innerText;
}
