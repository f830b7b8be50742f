// For those who do not read yet: every control can be heard. A long press reads it, and so does a touch while the speaker
// is on; a second touch then does what the control does. Keyboards and screen readers go their usual way.
import { part, t } from "./page.ts";

const CONTROLS = "a[href], button, summary, input:not([type=hidden]), textarea, select, .message-sheet";
const LONG_MS = 550;
const FAR_PX = 12;
const ON = "corridor:speaker";

let touched: Element | undefined;
let timer = 0;
let from = { x: 0, y: 0 };
let swallow = false;

function start(): void {
  if (!("speechSynthesis" in globalThis)) return;
  const offer = (): void => {
    if (speechSynthesis.getVoices().length > 0 && !document.querySelector(".speaker")) hangSpeaker();
  };
  offer();
  speechSynthesis.addEventListener("voiceschanged", offer);
}

function hangSpeaker(): void {
  const speaker = part(document, "speaker");
  speaker.hidden = false;
  speaker.classList.add("speaker");
  speaker.setAttribute("aria-pressed", String(isOn()));
  speaker.addEventListener("click", () => turn(speaker));
  document.addEventListener("pointerdown", pressed, { capture: true });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, released, { capture: true });
  document.addEventListener("pointermove", moved, { capture: true });
  document.addEventListener("contextmenu", (event) => swallow && event.preventDefault());
  document.addEventListener("click", clicked, { capture: true });
}

function turn(speaker: HTMLElement): void {
  sessionStorage.setItem(ON, isOn() ? "off" : "on");
  speaker.setAttribute("aria-pressed", String(isOn()));
  say(t(isOn() ? "speaker_on" : "speaker_off"));
}

function isOn(): boolean {
  return sessionStorage.getItem(ON) === "on";
}

function pressed(event: PointerEvent): void {
  swallow = false;
  const control = controlAt(event.target);
  if (!control) return;
  from = { x: event.clientX, y: event.clientY };
  timer = window.setTimeout(() => {
    swallow = true;
    hear(control);
  }, LONG_MS);
}

function moved(event: PointerEvent): void {
  if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > FAR_PX) clearTimeout(timer);
}

function released(): void {
  clearTimeout(timer);
}

/** The click after a long press, or the first touch while the speaker is on, is for the ears only. */
function clicked(event: MouseEvent): void {
  if (event.detail === 0) return; // by the keyboard
  const control = controlAt(event.target);
  if (!control || control.classList.contains("speaker")) return;
  if (!swallow && (!isOn() || control === touched)) return;
  if (!swallow) hear(control);
  swallow = false;
  event.preventDefault();
  event.stopPropagation();
}

function hear(control: Element): void {
  touched?.removeAttribute("data-heard");
  touched = control;
  control.setAttribute("data-heard", "");
  say(nameOf(control));
}

function controlAt(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(CONTROLS) : null;
}

/** What a screen reader would call it. */
export function nameOf(control: Element): string {
  const label = control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.labels?.[0] : undefined;
  const words = control.getAttribute("aria-label") ?? label?.textContent ?? spokenText(control) ?? "";
  return words.replace(/\s+/g, " ").trim() || (control.getAttribute("title") ?? "");
}

function spokenText(control: Element): string {
  const copy = control.cloneNode(true) as Element;
  for (const silent of copy.querySelectorAll('[aria-hidden="true"], [hidden], time')) silent.remove();
  return copy.textContent ?? "";
}

function say(words: string): void {
  if (words === "") return;
  speechSynthesis.cancel();
  const speech = new SpeechSynthesisUtterance(words);
  speech.lang = document.documentElement.lang;
  speech.rate = 0.9;
  speechSynthesis.speak(speech);
}

start();
