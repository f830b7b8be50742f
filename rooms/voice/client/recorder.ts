// Records one voice note of at most a minute. The microphone is asked for when recording begins, and let go at its end.
export type Stage = "idle" | "asking" | "recording" | "kept" | "failed";

/** What a recorder needs of the browser. */
export interface Ways {
  microphone(): Promise<MediaStream>;
  /** Records what the stream hears. */
  tape(stream: MediaStream): MediaRecorder;
  /** Calls again and again until the answer is called. */
  every(ms: number, act: () => void): () => void;
  now(): number;
}

export const LONGEST_S = 60;
const TICK_MS = 200;
/** As small as speech is still good; a minute is about 240 KB. */
const BITS = 32_000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export class Recorder extends EventTarget {
  stage: Stage = "idle";
  /** Why it failed, as a key of the page's sentences. */
  why = "";
  /** Whether it stopped because the minute was full. */
  full = false;
  kept: Blob | undefined;
  #tape: MediaRecorder | undefined;
  #stream: MediaStream | undefined;
  #begun = 0;
  #rest: (() => void) | undefined;
  #turn = 0;

  constructor(private readonly ways: Ways = browserWays) {
    super();
  }

  /** Whole seconds that are left. */
  get left(): number {
    return Math.max(0, Math.ceil(LONGEST_S - (this.ways.now() - this.#begun) / 1000));
  }

  async start(): Promise<void> {
    this.discard();
    const turn = this.#turn;
    this.#show("asking");
    try {
      const stream = await this.ways.microphone();
      if (turn !== this.#turn) return silence(stream); // given up while the browser asked
      this.#stream = stream;
      this.#record(stream, turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(reasonOf(error));
    }
  }

  stop(): void {
    if (this.#tape?.state === "recording") this.#tape.stop();
  }

  /** Nothing of it stays. */
  discard(): void {
    this.#turn += 1;
    this.stop();
    this.#letGo();
    this.kept = undefined;
    this.full = false;
    this.#show("idle");
  }

  #record(stream: MediaStream, turn: number): void {
    const heard: Blob[] = [];
    const tape = this.ways.tape(stream);
    tape.addEventListener("dataavailable", (event) => heard.push(event.data));
    tape.addEventListener("stop", () => turn === this.#turn && this.#keep(new Blob(heard, { type: tape.mimeType })));
    tape.addEventListener("error", () => turn === this.#turn && this.#fail("voice_failed"));
    this.#tape = tape;
    tape.start();
    this.#begun = this.ways.now();
    this.#rest = this.ways.every(TICK_MS, () => this.#tick());
    this.#show("recording");
  }

  #tick(): void {
    this.full = this.left === 0;
    if (this.full) this.stop();
    else this.dispatchEvent(new Event("tick"));
  }

  #keep(heard: Blob): void {
    this.#letGo();
    if (heard.size === 0) return this.#fail("voice_failed");
    this.kept = heard;
    this.#show("kept");
  }

  #fail(why: string): void {
    this.#letGo();
    this.why = why;
    this.#show("failed");
  }

  #letGo(): void {
    this.#rest?.();
    this.#rest = undefined;
    if (this.#stream) silence(this.#stream);
    this.#stream = undefined;
    this.#tape = undefined;
  }

  #show(stage: Stage): void {
    if (this.stage === stage) return;
    this.stage = stage;
    this.dispatchEvent(new Event("change"));
  }
}

/** Of what went wrong with the microphone: the sentence that helps. */
export function reasonOf(error: unknown): string {
  switch (error instanceof Error || error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "voice_refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "voice_missing";
    case "NotReadableError":
    case "AbortError":
      return "voice_busy";
    default:
      return "voice_failed";
  }
}

/** The device's light goes out too. */
function silence(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Whether this browser can record at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder === "function" && navigator.mediaDevices !== undefined;
}

const browserWays: Ways = {
  microphone: () => navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } }),
  tape(stream) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    return new MediaRecorder(stream, { audioBitsPerSecond: BITS, ...(mimeType === undefined ? {} : { mimeType }) });
  },
  every(ms, act) {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
  now: () => performance.now(),
};
