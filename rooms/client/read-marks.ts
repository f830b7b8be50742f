// Tells the server how far the reader has read: only forward, and not more often than every two seconds.

const EVERY_MS = 2_000;

export class ReadMarks {
  #wanted: number;
  #sent: number;
  #timer = 0;

  constructor(
    private readonly read: number,
    private readonly send: (seq: number) => void,
  ) {
    this.#wanted = this.#sent = read;
  }

  /** The reader has everything up to `seq` before their eyes. */
  mark(seq: number): void {
    this.#wanted = Math.max(this.#wanted, seq);
    if (this.#wanted > this.#sent && this.#timer === 0) this.#flush();
  }

  /** A new connection: the last mark may have been lost with the old one. */
  resend(): void {
    if (this.#sent > this.read) this.send(this.#sent);
  }

  #flush(): void {
    this.#timer = 0;
    if (this.#wanted <= this.#sent) return;
    this.#sent = this.#wanted;
    this.send(this.#sent);
    this.#timer = window.setTimeout(() => this.#flush(), EVERY_MS);
  }
}
