// A video on the page: a line to click, then the video itself, then the line again.
import { button, copy, part, t } from "#web/page.ts";
import { NAMES, type Video } from "./videos.ts";

const ALLOWED = "autoplay; fullscreen; encrypted-media; picture-in-picture";

export function makeVideo(video: Video): HTMLElement {
  const site = NAMES[video.site] ?? "";
  const element = copy(document, "video-template");
  element.dataset.site = video.site;
  element.dataset.video = video.id;
  playLink(element).href = `/videos/${video.site}/${video.id}`;
  part(element, "video-title").textContent = video.title || site;
  part(element, "video-hint").textContent = t("video_from", { site });
  return element;
}

export function shows(element: HTMLElement | undefined, video: Video | undefined): boolean {
  return element?.dataset.video === video?.id && element?.dataset.site === video?.site;
}

/** Only now is anything asked of the site: by a page of ours that may frame it and nothing else. */
export function play(element: HTMLElement): void {
  const link = playLink(element);
  const frame = document.createElement("iframe");
  frame.className = "video-frame";
  frame.src = link.href;
  frame.allow = ALLOWED;
  frame.title = part(element, "video-title").textContent ?? "";
  const close = button(t("video_close"), () => stop(element), "plain");
  link.hidden = true;
  element.append(frame, close);
  close.focus({ preventScroll: true });
}

function stop(element: HTMLElement): void {
  element.querySelector("iframe")?.remove();
  element.querySelector("button")?.remove();
  playLink(element).hidden = false;
  playLink(element).focus({ preventScroll: true });
}

function playLink(element: HTMLElement): HTMLAnchorElement {
  const found = element.querySelector<HTMLAnchorElement>("a[data-play]");
  if (!found) throw new Error("A video without a link");
  return found;
}
