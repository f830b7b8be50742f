// A voice note is at most a minute, the microphone is let go in every case, and what goes wrong is said so that it helps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_S, Recorder, reasonOf, type Ways } from "../../rooms/voice/client/recorder.ts";

class Tape extends EventTarget {
  state = "inactive";
  readonly mimeType = "audio/webm;codecs=opus";

  start(): void {
    this.state = "recording";
  }

  stop(): void {
    this.state = "inactive";
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["opus"]) }));
    this.dispatchEvent(new Event("stop"));
  }
}

/** A browser whose microphone is as `hears` says, and whose clock stands until it is moved. */
class Browser implements Ways {
  listening = 0;
  asked = 0;
  #now = 0;
  #acts = new Set<() => void>();

  constructor(readonly hears: () => Promise<void> = async () => undefined) {}

  async microphone(): Promise<MediaStream> {
    this.asked += 1;
    await this.hears();
    this.listening += 1;
    return { getTracks: () => [{ stop: () => (this.listening -= 1) }] } as unknown as MediaStream;
  }

  tape(): MediaRecorder {
    return new Tape() as unknown as MediaRecorder;
  }

  every(_: number, act: () => void): () => void {
    this.#acts.add(act);
    return () => this.#acts.delete(act);
  }

  now(): number {
    return this.#now;
  }

  pass(seconds: number): void {
    this.#now += seconds * 1000;
    for (const act of this.#acts) act();
  }

  get ticking(): boolean {
    return this.#acts.size > 0;
  }
}

test("nothing is asked for before recording begins, and nothing listens after it", async () => {
  const browser = new Browser();
  const recorder = new Recorder(browser);
  assert.equal(browser.asked, 0);
  await recorder.start();
  assert.equal(recorder.stage, "recording");
  browser.pass(12.4);
  assert.equal(recorder.left, 48);
  recorder.stop();
  assert.equal(recorder.stage, "kept");
  assert.equal(recorder.full, false);
  assert.equal(await recorder.kept?.text(), "opus");
  assert.equal(recorder.kept?.type, "audio/webm;codecs=opus");
  assert.deepEqual([browser.listening, browser.ticking], [0, false]);
});

test("it stops by itself when the minute is full", async () => {
  const browser = new Browser();
  const recorder = new Recorder(browser);
  await recorder.start();
  browser.pass(LONGEST_S - 0.1);
  assert.equal(recorder.stage, "recording");
  browser.pass(0.1);
  assert.equal(recorder.stage, "kept");
  assert.equal(recorder.full, true);
  assert.equal(browser.listening, 0);
});

test("what is discarded is not kept, and recording again begins anew", async () => {
  const browser = new Browser();
  const recorder = new Recorder(browser);
  await recorder.start();
  recorder.discard();
  assert.deepEqual([recorder.stage, recorder.kept, browser.listening], ["idle", undefined, 0]);
  await recorder.start();
  browser.pass(60);
  await recorder.start();
  assert.deepEqual([recorder.stage, recorder.full, recorder.left, browser.listening], ["recording", false, LONGEST_S, 1]);
});

test("a permission that comes after it was given up lets nobody listen", async () => {
  let allow = (): void => undefined;
  const browser = new Browser(() => new Promise((resolve) => (allow = resolve)));
  const recorder = new Recorder(browser);
  const starting = recorder.start();
  assert.equal(recorder.stage, "asking");
  recorder.discard();
  allow();
  await starting;
  assert.deepEqual([recorder.stage, browser.listening], ["idle", 0]);
});

test("a microphone that is refused, missing or taken is said to be so", async () => {
  const named = (name: string): Error => Object.assign(new Error(), { name });
  const recorder = new Recorder(new Browser(() => Promise.reject(named("NotAllowedError"))));
  await recorder.start();
  assert.deepEqual([recorder.stage, recorder.why], ["failed", "voice_refused"]);
  assert.equal(reasonOf(named("NotFoundError")), "voice_missing");
  assert.equal(reasonOf(named("NotReadableError")), "voice_busy");
  assert.equal(reasonOf("?"), "voice_failed");
});
