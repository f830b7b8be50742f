// The line that tells the truth about the connection, quietly while all is well.
import { say } from "./announcer.ts";
import type { Line } from "./connection.ts";
import type { StopReason } from "./connection-rules.ts";
import { button, t } from "./page.ts";

const SENTENCES: Readonly<Record<Line, string>> = {
  connecting: "connecting",
  live: "all_is_live",
  polling: "polling",
  reconnecting: "reconnecting",
  offline: "offline",
  stopped: "stopped_ended",
};
const PATIENCE_MS = 1_500;

export class LineView {
  #timer = 0;
  #next: Line | undefined;
  #written: Line | undefined;

  /** `kept`: whether what is written survives this page. */
  constructor(
    private readonly element: HTMLElement,
    private readonly kept: () => boolean,
  ) {}

  /** A short interruption is not worth a word: it is shown once it lasts. */
  show(line: Line, why?: StopReason): void {
    const brief = line === "connecting" || line === "reconnecting";
    if (line === this.#next && brief) return; // told already: a further attempt is no reason to wait anew
    this.#next = line;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write(line, why), brief ? PATIENCE_MS : 0);
  }

  #write(line: Line, why?: StopReason): void {
    const key = why ? `stopped_${why}` : line === "offline" && !this.kept() ? "offline_not_kept" : SENTENCES[line];
    if (this.#written !== undefined && this.#written !== line) say(t(key));
    this.#written = line;
    this.element.hidden = false;
    this.element.dataset.state = line;
    this.element.textContent = t(key);
    if (line === "stopped") this.element.append(button(t("load_again"), () => location.reload()));
  }
}
