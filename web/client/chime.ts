// A soft sound for those who have asked for one, while they look elsewhere.

import { isQuiet } from "./badge.ts";

const AGAIN_MS = 4_000;
let last = 0;
let context: AudioContext | undefined;

/** Two soft notes, at most one pair in a few seconds; nothing while the page is looked at, in quiet
 * hours, or where sound is forbidden. */
export function chime(): void {
  if (!document.hidden || isQuiet() || Date.now() - last < AGAIN_MS || !("AudioContext" in globalThis)) return;
  last = Date.now();
  context ??= new AudioContext();
  void context.resume().then(() => context && play(context), () => undefined);
}

function play(into: AudioContext): void {
  for (const [nth, pitch] of [660, 880].entries()) {
    const [tone, loudness] = [into.createOscillator(), into.createGain()];
    const start = into.currentTime + nth * 0.14;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.08, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    tone.connect(loudness).connect(into.destination);
    tone.start(start);
    tone.stop(start + 0.5);
  }
}
