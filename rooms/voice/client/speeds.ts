// Sounds can be played more slowly, and one at a time.

/** `began`: something is played. */
export function heedSpeeds(root: HTMLElement, began: () => void): void {
  root.addEventListener("click", (event) => press(event));
  root.addEventListener("play", (event) => {
    began();
    quiet(root, event.target);
  }, { capture: true });
}

/** Everything that plays stops, but for this. */
export function quiet(root: ParentNode, but: EventTarget | null = null): void {
  for (const player of root.querySelectorAll<HTMLMediaElement>("audio, video")) if (player !== but) player.pause();
}

function press(event: Event): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-speed]") : null;
  const player = button?.closest(".attached-player")?.querySelector("audio");
  if (!button || !player) return;
  player.defaultPlaybackRate = player.playbackRate = Number(button.dataset.speed);
  player.preservesPitch = true; // slower, and not deeper
  for (const each of button.parentElement?.querySelectorAll("[data-speed]") ?? []) {
    each.setAttribute("aria-pressed", String(each === button));
  }
}
