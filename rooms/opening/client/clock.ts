// The server's clock, as far as this page knows it. What the device thinks the time is has no say.

/** `ticks`: milliseconds that only ever grow, such as performance.now(). */
export class ServerClock {
  #offset: number | undefined;

  constructor(private readonly ticks: () => number = () => performance.now()) {}

  /** The server has just said that it is now. */
  heard(now: string): void {
    const at = Date.parse(now);
    if (!Number.isNaN(at)) this.#offset = at - this.ticks();
  }

  now(): number {
    return this.ticks() + (this.#offset ?? 0);
  }

  /** Milliseconds until a moment; none if it is not known. */
  until(moment: string | undefined): number | undefined {
    const at = Date.parse(moment ?? "");
    return Number.isNaN(at) || this.#offset === undefined ? undefined : at - this.now();
  }
}
