// What is attached to the message being written: files on their way, those that are ready, and what pictures show.
import { copy, icon, part, t } from "#web/page.ts";
import { keep } from "#web/local.ts";
import { isRecord, list, parseJson, record, text } from "#web/protocol.ts";
import { uuid } from "#web/uuid.ts";
import { sizeLabel } from "./showing.ts";
import { describe, readSent, type Sent, Upload } from "./uploading.ts";

const AT_ONCE = 2;
const MOST = 10;
const SIGNS: Readonly<Record<string, string>> = { picture: "image", document: "file-text", audio: "music", video: "film", voice: "mic" };

interface Row {
  readonly element: HTMLElement;
  readonly upload: Upload | undefined;
  sent: Sent | undefined;
}

export class Tray {
  #rows: Row[] = [];
  readonly #list: HTMLElement;
  readonly #name: string;
  readonly #keys = new Map<string, string>(); // of files begun before, by what tells them apart

  /** `changed`: called whenever a file has come, gone or become ready. */
  constructor(
    root: HTMLElement,
    private readonly room: string,
    person: string,
    private readonly storage: Storage,
    private readonly changed: () => void,
  ) {
    this.#list = part(root, "tray");
    this.#name = `corridor:draft:${person}:${room}:files`;
    this.#remember();
  }

  get waits(): boolean {
    return this.#rows.some((row) => row.upload !== undefined && row.sent === undefined && row.upload.stage !== "refused");
  }

  get ready(): readonly Sent[] {
    return this.#rows.flatMap((row) => row.sent ?? []);
  }

  /** `voice`: they were recorded here. */
  add(files: Iterable<File>, voice = false): void {
    for (const file of files) {
      if (this.#rows.length >= MOST) return this.#tooMany();
      this.#add(file, voice);
    }
    this.#next();
  }

  /** Takes the files that are ready out of the tray: they go along with a message. */
  take(): string[] {
    const going = this.ready.map((file) => file.id);
    for (const row of this.#rows.filter((each) => each.sent)) row.element.remove();
    this.#rows = this.#rows.filter((row) => !row.sent);
    this.#tell();
    return going;
  }

  #add(file: File, voice: boolean): void {
    const mark = markOf(file);
    const key = this.#keys.get(mark) ?? uuid(); // the same file chosen again goes on where it was
    this.#keys.set(mark, key);
    const upload = new Upload(this.room, file, key, undefined, voice);
    const row: Row = { element: this.#draw(file.name), upload, sent: undefined };
    this.#rows.push(row);
    upload.addEventListener("change", () => this.#show(row, upload));
    part(row.element, "tray-retry").addEventListener("click", () => this.#again(upload));
    part(row.element, "tray-cancel").addEventListener("click", () => {
      this.#keys.delete(mark);
      upload.giveUp();
      this.#drop(row);
    });
    this.#show(row, upload);
  }

  #draw(name: string): HTMLElement {
    const element = copy(document, "tray-row");
    part(element, "tray-name").textContent = name;
    part(element, "tray-cancel-word").textContent = t("file_take_away", { name });
    this.#list.append(element);
    this.#list.hidden = false;
    return element;
  }

  #next(): void {
    const busy = this.#rows.filter((row) => row.upload && ["sending", "stalled", "checking"].includes(row.upload.stage));
    const waiting = this.#rows.filter((row) => row.upload?.stage === "waiting");
    for (const row of waiting.slice(0, Math.max(0, AT_ONCE - busy.length))) void this.#run(row.upload);
  }

  async #run(upload: Upload | undefined): Promise<void> {
    await upload?.run();
    this.#next();
  }

  #again(upload: Upload): void {
    void this.#run(upload);
  }

  #show(row: Row, upload: Upload): void {
    const progress = part<HTMLProgressElement>(row.element, "tray-progress");
    progress.hidden = upload.stage === "ready" || upload.stage === "refused";
    progress.setAttribute("aria-label", upload.file.name);
    if (upload.stage === "checking") progress.removeAttribute("value");
    else progress.value = upload.percent;
    row.element.dataset.stage = upload.stage;
    part(row.element, "tray-note").textContent = this.#note(upload);
    part(row.element, "tray-retry").hidden = upload.stage !== "refused";
    if (upload.stage === "ready" && upload.sent && !row.sent) {
      this.#keys.delete(markOf(upload.file)); // the same file chosen once more is another one
      this.#becomeReady(row, upload.sent);
    }
    this.changed();
  }

  #note(upload: Upload): string {
    if (upload.stage === "refused") return upload.reason;
    if (upload.stage === "sending") return t("file_sending", { percent: String(upload.percent) });
    return t(`file_${upload.stage}`);
  }

  #becomeReady(row: Row, sent: Sent): void {
    row.sent = sent;
    part(row.element, "tray-name").textContent = sent.name;
    part(row.element, "tray-note").textContent = `${t("file_ready")} · ${sizeLabel(sent.size)}`;
    part(row.element, "tray-progress").hidden = true;
    part(row.element, "tray-sign").replaceChildren(sent.kind === "picture" ? thumb(sent) : icon(SIGNS[sent.kind] ?? "file-text"));
    if (sent.kind === "picture") this.#askWhatItShows(row, sent);
    this.#tell();
  }

  #askWhatItShows(row: Row, sent: Sent): void {
    const label = part(row.element, "tray-alt");
    const input = label.querySelector("input");
    label.hidden = false;
    if (!input) return;
    input.value = sent.alt;
    input.addEventListener("change", () => {
      const alt = input.value.trim();
      row.sent = { ...sent, alt };
      void describe(this.room, sent.id, alt);
      this.#tell();
    });
    // Enter in this field ends the description, and does not send the message yet.
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      input.blur();
      document.getElementById("text")?.focus();
    });
  }

  #drop(row: Row): void {
    row.element.remove();
    this.#rows = this.#rows.filter((each) => each !== row);
    document.getElementById("text")?.focus();
    this.#next();
    this.#tell();
  }

  #tooMany(): void {
    const row: Row = { element: this.#draw(t("files_many")), upload: undefined, sent: undefined };
    row.element.dataset.stage = "refused";
    part(row.element, "tray-progress").hidden = true;
    part(row.element, "tray-cancel").addEventListener("click", () => row.element.remove());
    this.#next();
  }

  /** Keeps what is ready in this browser, with the draft that it belongs to. */
  #tell(): void {
    this.#list.hidden = this.#list.childElementCount === 0;
    const begun = Object.fromEntries(this.#keys);
    const nothing = this.ready.length === 0 && this.#keys.size === 0;
    keep(this.storage, this.#name, nothing ? "" : JSON.stringify({ ready: this.ready, begun }));
    this.changed();
  }

  #remember(): void {
    const kept = parseJson(this.storage.getItem(this.#name) ?? "");
    if (!isRecord(kept)) return;
    for (const [mark, key] of Object.entries(record(kept.begun))) this.#keys.set(mark, text(key));
    for (const sent of list(kept.ready).map(readSent)) {
      const row: Row = { element: this.#draw(sent.name), upload: undefined, sent: undefined };
      this.#rows.push(row);
      part(row.element, "tray-cancel").addEventListener("click", () => {
        void fetch(`/api/v1/files/${sent.id}`, { method: "DELETE" });
        this.#drop(row);
      });
      this.#becomeReady(row, sent);
    }
  }
}

function markOf(file: File): string {
  return `${file.name}:${file.size}:${file.lastModified}`;
}

function thumb(sent: Sent): HTMLImageElement {
  const made = document.createElement("img");
  made.src = `/files/${sent.id}/thumb`;
  made.alt = "";
  made.width = made.height = 40;
  return made;
}
