// What comes from outside, on a room's page: cards of links, videos to click, the drawer of news.
import { copy, optionalPart, part } from "#web/page.ts";
import { type Body, type LogEvent, parseJson, record, text } from "#web/protocol.ts";
import { firstInView, goToBottom, keepingPlace, seesBottom } from "../../client/reader.ts";
import type { Feature, Room } from "../../client/room.ts";
import { FeedsDrawer } from "./feeds.ts";
import { makeVideo, play, shows } from "./player.ts";
import { firstVideo } from "./videos.ts";

const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?()'\]*_~`]/g;

export function embeds(room: Room): Feature {
  return new Embeds(room);
}

class Embeds implements Feature {
  readonly #sites: readonly string[];
  readonly #feeds: FeedsDrawer;

  constructor(private readonly room: Room) {
    const settled = record(parseJson(document.getElementById("embeds")?.textContent ?? ""));
    this.#sites = Array.isArray(settled.videos) ? settled.videos.map(String) : [];
    this.#feeds = new FeedsDrawer(room.element, room.id);
    room.element.addEventListener("click", (event) => this.#click(event));
  }

  event(event: LogEvent): void {
    if (event.kind === "link_card_made") this.#card(event.body);
    if (event.kind === "message_edited") this.#edited(event.body);
    if (event.kind.startsWith("feed_")) this.#feeds.changed(event.kind === "feed_changed");
  }

  made(element: HTMLElement, event: LogEvent): void {
    this.#setVideo(element, text(event.body.text));
  }

  gone(message: string): void {
    const element = this.#message(message);
    if (!element) return;
    for (const name of ["card", "video"]) optionalPart(element, name)?.remove();
  }

  /** Messages that look the same stay the elements that they are, and may lack what came meanwhile. */
  rebuild(pages: readonly Document[]): void {
    for (const page of pages) {
      for (const fresh of page.querySelectorAll<HTMLElement>("li.message")) this.#renew(fresh);
    }
    if (pages[0]) this.#feeds.take(pages[0]);
  }

  oldestInView(): number {
    return Number.POSITIVE_INFINITY;
  }

  line(): void {
    // what is here is read with or without a connection
  }

  #renew(fresh: HTMLElement): void {
    const present = this.#message(fresh.id);
    if (!present) return;
    const [card, old] = [optionalPart(fresh, "card"), optionalPart(present, "card")];
    if (card && !old) part(present, "state").before(document.importNode(card, true));
    if (!card) old?.remove();
  }

  #card(body: Body): void {
    const element = this.#message(text(body.message));
    if (!element || body.removed === true || element.hasAttribute("data-removed")) return;
    const card = copy(document, "link-card-template");
    if (!(card instanceof HTMLAnchorElement)) return;
    card.href = text(body.url);
    part(card, "card-site").textContent = text(body.site);
    part(card, "card-title").textContent = text(body.title);
    part(card, "card-text").textContent = text(body.text);
    this.#keeping(() => {
      optionalPart(element, "card")?.remove();
      part(element, "state").before(card);
    });
  }

  #edited(body: Body): void {
    const element = this.#message(text(body.message));
    if (!element || body.removed === true) return;
    const said = text(body.text);
    this.#keeping(() => {
      const card = optionalPart<HTMLAnchorElement>(element, "card");
      if (card && !namesLink(said, card.href)) card.remove();
      this.#setVideo(element, said);
    });
  }

  #setVideo(element: HTMLElement, said: string): void {
    const video = firstVideo(said, this.#sites);
    const present = optionalPart(element, "video");
    if (shows(present, video)) return;
    present?.remove();
    if (video) part(element, "state").before(makeVideo(video));
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-play]") : null;
    const video = link?.closest<HTMLElement>('[data-part="video"]');
    if (!video || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#keeping(() => play(video));
  }

  #message(id: string): HTMLElement | undefined {
    return this.room.element.querySelector<HTMLElement>(`li.message[id="${CSS.escape(id)}"]`) ?? undefined;
  }

  /** Whoever reads the newest sees all of it; for everybody else nothing moves. */
  #keeping(change: () => void): void {
    if (seesBottom()) {
      change();
      goToBottom();
      return;
    }
    const seen = firstInView(this.room.element.querySelectorAll<HTMLElement>("li.message"));
    keepingPlace(() => seen, change);
  }
}

function namesLink(said: string, href: string): boolean {
  return [...said.matchAll(LINK)].some((found) => {
    try {
      const url = new URL(found[0]);
      url.hash = "";
      return url.href === href;
    } catch {
      return false;
    }
  });
}
