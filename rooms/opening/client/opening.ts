// Where one writes opens and closes by itself: the server says when, and what is written stays where it is.
import { say } from "#web/announcer.ts";
import { get } from "#web/api.ts";
import type { Line } from "#web/connection.ts";
import { optionalPart, part, t } from "#web/page.ts";
import { type LogEvent, parseJson, type Passing, record, text } from "#web/protocol.ts";
import { momentIn } from "#web/times.ts";
import type { Feature, Room } from "../../client/room.ts";
import { ServerClock } from "./clock.ts";
import { dayOf, isOlder, readStanding, type Standing } from "./standing.ts";

const LONGEST_MS = 3_600_000; // then the words are written anew: tomorrow has become today
const ON_SOCKET_MS = 1_500; // within which the server itself says that the moment has come
const SPREAD_MS = 700; // a school's clients do not all ask at once
const ASK_AGAIN_MS = 15_000;

export function opening(room: Room): Feature {
  return new Opening(room);
}

class Opening implements Feature {
  readonly #clock = new ServerClock();
  readonly #form: HTMLElement | undefined;
  readonly #zone: string;
  readonly #to: string;
  #standing: Standing | undefined;
  #line: Line = "connecting";
  #timer = 0;

  constructor(private readonly room: Room) {
    const page = windowOf(document);
    this.#zone = text(page.zone) || "UTC";
    this.#to = text(page.to);
    this.#form = optionalPart(room.element, "form");
    if (!this.#form || !optionalPart(room.element, "window")) return;
    this.#form.addEventListener("corridor:closed", () => say(this.#words()));
    room.outbox.addEventListener("refused", () => void this.#ask());
    this.#show(readStanding(page), false);
  }

  event(): void {
    // whether one may write is no event of the room
  }

  own(event: LogEvent): void {
    if (event.kind === "access_changed" && this.#line === "polling") void this.#ask();
  }

  passing(passing: Passing): void {
    if (passing.kind !== "window") return;
    const said = readStanding(passing.body);
    if (said) this.#show(said, true);
    else void this.#ask();
  }

  /** A page that was kept, or a connection that was lost: it may have opened meanwhile, and nobody polls for a closing. */
  line(line: Line): void {
    this.#line = line;
    if (!this.#standing) return;
    const { open, changesAt } = this.#standing;
    if (line === "live" ? !open : line === "polling" && (!open || changesAt !== undefined)) void this.#ask();
  }

  rebuild(pages: readonly Document[]): void {
    const [newest] = pages;
    if (newest) this.#show(readStanding(windowOf(newest)), true);
  }

  oldestInView(): number {
    return Infinity;
  }

  async #ask(): Promise<void> {
    if (!this.#form) return;
    const reply = await get(`/api/v1/rooms/${this.room.id}/window`);
    if (reply.status === 200) this.#show(readStanding(reply.body), true);
    else this.#wake(ASK_AGAIN_MS);
  }

  #show(standing: Standing | undefined, aloud: boolean): void {
    const before = this.#standing;
    if (!standing || !this.#form || (before && isOlder(standing, before))) return;
    this.#clock.heard(standing.now);
    this.#standing = standing;
    this.#draw(this.#form, standing);
    if (aloud && before && before.open !== standing.open) say(standing.open ? t("window_open") : this.#words());
    this.#wakeAtChange();
  }

  #draw(form: HTMLElement, { open, code, opensAt }: Standing): void {
    const leave = optionalPart(form, "leave");
    const lost = leave !== undefined && document.activeElement === leave && open;
    if (open) delete form.dataset.closed;
    else form.dataset.closed = code;
    form.toggleAttribute("data-opens", !open && opensAt !== undefined);
    part(form, "window").hidden = open;
    part(form, "window-words").textContent = open ? "" : this.#words();
    if (lost) form.querySelector<HTMLElement>("textarea")?.focus(); // the button that had the focus is gone
  }

  /** Until when it is closed, in a child's words. */
  #words(): string {
    const { code, opensAt } = this.#standing ?? { code: "", opensAt: undefined };
    if (code === "paused") return t("window_paused");
    if (code !== "window_closed") return t("window_ended");
    if (opensAt === undefined) return t("window_closed");
    const moment = Date.parse(opensAt);
    const day = dayOf(moment, this.#clock.now(), this.#zone);
    const words = momentIn(moment, this.#zone, day === "weekday");
    const kind = day === "weekday" ? "day" : day;
    return t(this.#to === "" ? `window_here_${kind}` : `window_to_${kind}`, { name: this.#to, ...words });
  }

  /** A socket is told; whoever is not, because it was lost or there is none, asks when the moment has come. */
  #wakeAtChange(): void {
    const wait = this.#clock.until(this.#standing?.changesAt);
    if (wait === undefined) return clearTimeout(this.#timer);
    const grace = this.#line === "polling" ? 0 : ON_SOCKET_MS;
    this.#wake(Math.max(0, wait) + grace + Math.random() * SPREAD_MS);
  }

  #wake(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#woken(), Math.min(wait, LONGEST_MS));
  }

  #woken(): void {
    const left = this.#clock.until(this.#standing?.changesAt);
    if (left !== undefined && left > 0) {
      if (this.#form && this.#standing) this.#draw(this.#form, this.#standing);
      return this.#wakeAtChange();
    }
    this.#wake(ASK_AGAIN_MS);
    void this.#ask();
  }
}

function windowOf(page: Document): Record<string, unknown> {
  return { ...record(parseJson(page.getElementById("window")?.textContent ?? "")) };
}
