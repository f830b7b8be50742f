// A picture in full, over the page that it stands on: closed by Escape, by a click beside it, or by its button.
import { icon, t } from "#web/page.ts";

export function openPicture(event: Event): void {
  const mouse = event as MouseEvent;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a.attached-picture") : null;
  if (!link || mouse.ctrlKey || mouse.metaKey || mouse.shiftKey) return;
  event.preventDefault();
  show(link);
}

function show(link: HTMLAnchorElement): void {
  const small = link.querySelector("img");
  const dialog = document.createElement("dialog");
  dialog.className = "viewer";
  dialog.setAttribute("aria-label", small?.alt ?? "");
  dialog.append(tools(dialog, link.dataset.file ?? ""), large(link.href, small));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Its place is as large as it will be, so that nothing moves when it has come. */
function large(address: string, small: HTMLImageElement | null): HTMLElement {
  const figure = document.createElement("figure");
  const picture = document.createElement("img");
  const words = document.createElement("figcaption");
  picture.src = address;
  picture.alt = small?.alt ?? "";
  picture.style.aspectRatio = `${small?.width ?? 1} / ${small?.height ?? 1}`;
  words.textContent = picture.alt;
  words.dir = "auto";
  figure.append(picture, words);
  return figure;
}

function tools(dialog: HTMLDialogElement, file: string): HTMLElement {
  const row = document.createElement("div");
  const save = document.createElement("a");
  const close = document.createElement("button");
  row.className = "viewer-tools";
  save.className = close.className = "button";
  save.href = `/files/${file}?save`;
  save.download = "";
  save.append(icon("download"), t("picture_save"));
  close.append(icon("x"), t("picture_close"));
  close.addEventListener("click", () => dialog.close());
  row.append(save, close);
  return row;
}
