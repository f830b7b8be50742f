// Voices in a room: recording a note in the composer, playing sounds more slowly, and reading messages aloud.
import { say } from "#web/announcer.ts";
import { optionalPart, part, t } from "#web/page.ts";
import type { Feature, Room } from "../../client/room.ts";
import { Aloud } from "./aloud.ts";
import { canRecord, LONGEST_S, Recorder } from "./recorder.ts";
import { heedSpeeds, quiet } from "./speeds.ts";

const SAID_AT = [30, 10];
const NAMES: Readonly<Record<string, string>> = { webm: "weba", mp4: "m4a", ogg: "ogg" };

export function voice(room: Room): Feature {
  return new Voice(room);
}

class Voice implements Feature {
  readonly #aloud: Aloud;

  constructor(room: Room) {
    this.#aloud = new Aloud(room.element);
    heedSpeeds(room.element, () => this.#aloud.stop());
    const [panel, open] = [optionalPart(room.element, "voice"), optionalPart(room.element, "voice-record")];
    if (panel && open && canRecord()) new Panel(room, panel, open, () => this.#aloud.stop());
  }

  event(): void {
    // a voice note is a file of its message
  }

  rebuild(): void {
    this.#aloud.stop();
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // recording needs no connection
  }

  gone(message: string): void {
    this.#aloud.gone(message);
  }
}

/** The place in the composer where a note is recorded, listened to, and sent or thrown away. */
class Panel {
  readonly #recorder = new Recorder();
  #said = LONGEST_S;
  #address = "";

  constructor(
    private readonly room: Room,
    private readonly panel: HTMLElement,
    private readonly open: HTMLElement,
    private readonly hush: () => void,
  ) {
    open.hidden = false;
    open.addEventListener("click", () => void this.#begin());
    const acts = { stop: () => this.#recorder.stop(), again: () => void this.#begin(), discard: () => this.#discard(), send: () => this.#send() };
    for (const [name, act] of Object.entries(acts)) part(panel, `voice-${name}`).addEventListener("click", act);
    // Whoever presses the lower of the two buttons means this one.
    part(room.element, "send").addEventListener("click", (event) => {
      if (!this.#recorder.kept) return;
      event.preventDefault();
      this.#send();
    });
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#discard());
    this.#recorder.addEventListener("change", () => this.#show());
    this.#recorder.addEventListener("tick", () => this.#count());
    addEventListener("pagehide", () => this.#recorder.discard());
  }

  async #begin(): Promise<void> {
    quiet(document);
    this.hush();
    this.#said = LONGEST_S;
    await this.#recorder.start();
  }

  #discard(): void {
    this.#recorder.discard();
    say(t("voice_discarded"));
    this.open.focus();
  }

  #send(): void {
    const heard = this.#recorder.kept;
    if (!heard) return;
    const kind = heard.type.split(";")[0] ?? "";
    const file = new File([heard], `${t("voice_name")}.${NAMES[kind.split("/")[1] ?? ""] ?? "weba"}`, { type: kind });
    this.#recorder.discard();
    if (!this.room.attach(file)) return;
    const form = part<HTMLFormElement>(this.room.element, "form");
    form.requestSubmit();
    document.getElementById("text")?.focus();
  }

  #show(): void {
    const { stage } = this.#recorder;
    this.panel.hidden = stage === "idle";
    this.panel.dataset.stage = stage;
    this.open.setAttribute("aria-expanded", String(stage !== "idle"));
    part(this.panel, "voice-going").hidden = stage !== "recording";
    part(this.panel, "voice-words").textContent = this.#words();
    for (const [name, stages] of Object.entries({ send: ["kept"], again: ["kept", "failed"] })) {
      part(this.panel, `voice-${name}`).hidden = !stages.includes(stage);
    }
    this.#hear();
    this.#count();
    if (stage === "recording") part(this.panel, "voice-stop").focus();
    if (stage === "kept") part(this.panel, "voice-send").focus();
  }

  #words(): string {
    const { stage, why, full } = this.#recorder;
    if (stage === "failed") return t(why);
    if (stage === "kept") return t(full ? "voice_full" : "voice_kept");
    return stage === "idle" ? "" : t(`voice_${stage}`);
  }

  /** The player of what was recorded, which only this page has so far. */
  #hear(): void {
    const place = part(this.panel, "voice-hear");
    if (this.#address !== "") URL.revokeObjectURL(this.#address);
    const { kept } = this.#recorder;
    this.#address = kept ? URL.createObjectURL(kept) : "";
    place.hidden = kept === undefined;
    place.replaceChildren();
    if (!kept) return;
    const player = document.createElement("audio");
    player.controls = true;
    player.src = this.#address;
    player.setAttribute("aria-label", t("voice_name"));
    place.append(player);
  }

  #count(): void {
    const { left, stage } = this.#recorder;
    if (stage !== "recording") return;
    part(this.panel, "voice-left").textContent = `0:${String(Math.min(left, LONGEST_S - 1)).padStart(2, "0")}`;
    part<HTMLProgressElement>(this.panel, "voice-progress").value = LONGEST_S - left;
    const now = SAID_AT.find((each) => left <= each && this.#said > each);
    this.#said = Math.min(this.#said, left);
    if (now !== undefined) say(t("voice_left", { count: now }));
  }
}
