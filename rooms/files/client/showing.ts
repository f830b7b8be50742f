// Files of messages as they stand on the page, made from the same templates as the server's.
import { copy, optionalPart, part, t } from "#web/page.ts";
import { list, type LogEvent } from "#web/protocol.ts";
import { readSent, type Sent } from "./uploading.ts";

const SHOWN = 240; // pixels of a picture's longer side; the same in file_parts.html

/** Fills the place for files of a message that was made from its event. */
export function showFiles(element: HTMLElement, event: LogEvent): void {
  const files = list(event.body.files).map(readSent);
  const place = part(element, "files");
  place.replaceChildren(...files.map(attached));
  place.hidden = files.length === 0;
}

/** Nothing of a removed message's files may stay, and no sound may play on. */
export function dropFiles(element: HTMLElement): void {
  const place = part(element, "files");
  for (const player of place.querySelectorAll<HTMLMediaElement>("audio, video")) player.pause();
  place.replaceChildren();
  place.hidden = true;
}

export function describeAnew(file: Sent): void {
  for (const shown of document.querySelectorAll<HTMLImageElement>(`[data-file="${CSS.escape(file.id)}"] img`)) {
    shown.alt = file.alt || file.name;
  }
}

function attached(file: Sent): HTMLElement {
  const made = copy(document, `attached-${file.kind}`);
  made.dataset.file = file.id;
  const picture = made.querySelector("img");
  const length = optionalPart(made, "voice-length");
  if (picture) fillPicture(made as HTMLAnchorElement, picture, file);
  else if (length) length.textContent = timeLabel(file.lengthMs);
  else fillChip(made, file);
  for (const player of made.querySelectorAll<HTMLMediaElement>("audio, video")) {
    player.src = `/files/${file.id}`;
    if (!length) player.setAttribute("aria-label", file.name);
  }
  return made;
}

function fillPicture(link: HTMLAnchorElement, picture: HTMLImageElement, file: Sent): void {
  const share = Math.min(1, SHOWN / Math.max(file.width, file.height, 1));
  link.href = `/files/${file.id}/view`;
  picture.width = Math.max(1, Math.round(file.width * share));
  picture.height = Math.max(1, Math.round(file.height * share));
  picture.alt = file.alt || file.name;
  picture.src = `/files/${file.id}/thumb`;
}

function fillChip(made: HTMLElement, file: Sent): void {
  made.querySelector<HTMLAnchorElement>("a.chip")?.setAttribute("href", `/files/${file.id}?save`);
  part(made, "file-name").textContent = file.name;
  part(made, "file-size").textContent = sizeLabel(file.size);
}

/** Minutes and seconds; nothing for what is not known. */
export function timeLabel(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return ms > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
}

export function sizeLabel(bytes: number): string {
  if (bytes >= 1_048_576) return t("megabytes", { number: (bytes / 1_048_576).toFixed(1) });
  return t("kilobytes", { number: String(Math.max(1, Math.round(bytes / 1024))) });
}
