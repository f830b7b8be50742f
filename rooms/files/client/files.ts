// Files in a room: attached by a button, dropped or pasted; shown with their messages; gone with them.
import { get } from "#web/api.ts";
import { optionalPart, part, t } from "#web/page.ts";
import { type LogEvent, text } from "#web/protocol.ts";
import type { Said } from "#web/outbox-store.ts";
import type { Feature, Room } from "../../client/room.ts";
import { openPicture } from "./picture.ts";
import { describeAnew, dropFiles, showFiles, timeLabel } from "./showing.ts";
import { Tray } from "./tray.ts";
import { readSent, type Sent } from "./uploading.ts";

export function files(room: Room): Feature {
  return new Files(room);
}

class Files implements Feature {
  readonly #tray: Tray | undefined;
  readonly #form: HTMLFormElement | undefined;
  #sendLater = false;

  constructor(room: Room) {
    const { element } = room;
    element.addEventListener("click", (event) => openPicture(event));
    this.#form = optionalPart<HTMLFormElement>(element, "form");
    if (!this.#form || !optionalPart(element, "tray")) return;
    this.#tray = new Tray(element, room.id, room.person, room.storage, () => this.#trayChanged());
    this.#listen(element, this.#form, this.#tray);
  }

  event(event: LogEvent): void {
    if (event.kind === "file_described") void this.#describe(text(event.body.file));
  }

  rebuild(): void {
    // the server's page has the files in its messages already
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // an upload finds out by itself
  }

  made(element: HTMLElement, event: LogEvent): void {
    showFiles(element, event);
  }

  gone(message: string): void {
    const element = document.getElementById(message);
    if (element) dropFiles(element);
  }

  sending(): Said {
    const going = this.#tray?.take() ?? [];
    return going.length > 0 ? { files: going } : {};
  }

  attach(file: File): boolean {
    this.#tray?.add([file], true);
    return this.#tray !== undefined;
  }

  async #describe(file: string): Promise<void> {
    const reply = await get(`/api/v1/files/${file}`);
    if (reply.status === 200) describeAnew(readSent(reply.body));
  }

  #listen(element: HTMLElement, form: HTMLFormElement, tray: Tray): void {
    const choose = part<HTMLInputElement>(element, "choose");
    optionalPart(element, "attach")?.addEventListener("click", (event) => {
      event.preventDefault();
      choose.click();
    });
    choose.addEventListener("change", () => {
      tray.add(choose.files ?? []);
      choose.value = "";
      this.#text(form).focus();
    });
    this.#text(form).addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files ?? [];
      if (pasted.length === 0) return;
      event.preventDefault();
      tray.add(pasted);
    });
    this.#takeDrops(element, tray);
    // Before the composer hears of it: a message goes out with its files or not yet.
    form.addEventListener("submit", (event) => this.#beforeSending(event), { capture: true });
    form.addEventListener("keydown", (event) => this.#beforeEnter(event), { capture: true });
  }

  #takeDrops(element: HTMLElement, tray: Tray): void {
    const brings = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    element.addEventListener("dragover", (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      element.dataset.drop = t("drop_here");
    });
    element.addEventListener("dragleave", (event) => {
      if (!element.contains(event.relatedTarget as Node | null)) delete element.dataset.drop;
    });
    element.addEventListener("drop", (event) => {
      delete element.dataset.drop;
      if (!brings(event)) return;
      event.preventDefault();
      tray.add(event.dataTransfer?.files ?? []);
    });
  }

  #beforeEnter(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== this.#text()) return;
    if (matchMedia("(hover: none) and (pointer: coarse)").matches) return; // there it makes a new line
    this.#beforeSending(event);
  }

  #beforeSending(event: Event): void {
    if (!this.#tray || this.#editing) return;
    if (this.#tray.waits) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#sendLater = true;
      return this.#say(t("files_first"));
    }
    this.#nameWhatHasNoWords();
  }

  /** A message that is nothing but files is told by what they are: for search, for screen readers, for lists. */
  #nameWhatHasNoWords(): void {
    const ready = this.#tray?.ready ?? [];
    const field = this.#text();
    if (ready.length === 0 || field.value.trim() !== "") return;
    field.value = ready.map(nameOf).join("\n");
  }

  #trayChanged(): void {
    if (!this.#tray) return;
    // The browser would not send a form whose only words are still to come.
    this.#text().required = this.#tray.ready.length === 0 && !this.#tray.waits;
    if (!this.#sendLater || this.#tray.waits) return;
    this.#sendLater = false;
    this.#say("");
    this.#form?.requestSubmit();
  }

  #say(sentence: string): void {
    const place = this.#form && optionalPart(this.#form, "tray-hold");
    if (place) place.textContent = sentence;
  }

  /** An edit changes words alone. */
  get #editing(): boolean {
    const word = this.#form?.querySelector(".composer-send .button-word")?.textContent ?? "";
    return word === t("save");
  }

  #text(form = this.#form): HTMLTextAreaElement {
    return form?.elements.namedItem("text") as HTMLTextAreaElement;
  }
}

function nameOf(file: Sent): string {
  if (file.kind !== "voice") return file.alt || file.name;
  return file.lengthMs > 0 ? t("voice_note", { time: timeLabel(file.lengthMs) }) : t("voice_name");
}
