// An upload goes on where the line broke, asks what has arrived, and says why a file is not taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "#web/api.ts";
import { Upload, type Ways } from "../../rooms/files/client/uploading.ts";

const KEY = "0190a0a0-0000-7000-8000-000000000000";
const lost: Reply = { status: 0, body: {} };

/** A server that keeps what it is brought, behind a line that breaks as `faults` says: the nth PATCH, by its number. */
class Server implements Ways {
  received = 0;
  finished = false;
  readonly asked: string[] = [];
  rests = 0;
  #patches = 0;

  constructor(
    readonly size: number,
    readonly faults: Readonly<Record<number, "before" | "after" | "half" | "conflict">> = {},
    readonly refusal?: string,
  ) {}

  async ask(path: string, init: RequestInit): Promise<Reply> {
    const method = init.method ?? "GET";
    this.asked.push(`${method} ${path}`);
    if (path.endsWith("begin_upload")) return { status: 200, body: { file: "f1" } };
    if (path.endsWith("/finish")) return this.#finish();
    if (method === "PATCH") return this.#patch(init);
    return { status: 200, body: this.finished ? this.#file : { received: this.received } };
  }

  async wait(): Promise<void> {
    this.rests += 1;
  }

  async #patch(init: RequestInit): Promise<Reply> {
    const offset = Number(new Headers(init.headers).get("upload-offset"));
    const size = (init.body as Blob).size;
    const fault = this.faults[++this.#patches];
    if (fault === "before") return lost;
    if (fault === "conflict") this.received += size; // another tab was faster
    if (offset !== this.received) return { status: 409, body: { code: "key_conflict", offset: this.received } };
    this.received += fault === "half" ? Math.floor(size / 2) : size;
    return fault === undefined ? { status: 200, body: { received: this.received } } : lost;
  }

  #finish(): Reply {
    if (this.refusal) return { status: 400, body: { code: "bad_request", message: this.refusal, temporary: false } };
    this.finished = true;
    return { status: 200, body: this.#file };
  }

  get #file(): Reply["body"] {
    return { id: "f1", name: "Plan.txt", kind: "document", size: this.size };
  }
}

function upload(server: Server): { upload: Upload; stages: string[] } {
  const made = new Upload("r1", new File([new Uint8Array(server.size)], "Plan.txt"), KEY, server);
  const stages: string[] = [];
  made.addEventListener("change", () => stages.at(-1) === made.stage || stages.push(made.stage));
  return { upload: made, stages };
}

// What the page would say in its own language is not known here: the sentences stay as the server said them.
Object.assign(globalThis, { document: { getElementById: () => null } });

test("a file is brought in parts and finished", async () => {
  const server = new Server(1_200_000);
  const { upload: made, stages } = upload(server);
  await made.run();
  assert.equal(made.sent?.name, "Plan.txt");
  assert.equal(server.received, 1_200_000);
  assert.deepEqual(stages, ["sending", "checking", "ready"]);
  assert.equal(server.asked.filter((each) => each.startsWith("PATCH")).length, 3);
});

for (const fault of ["before", "after", "half", "conflict"] as const) {
  test(`an upload goes on where it was: the line broke ${fault}`, async () => {
    const server = new Server(1_200_000, { 2: fault });
    const { upload: made, stages } = upload(server);
    await made.run();
    assert.equal(server.received, 1_200_000);
    assert.equal(made.stage, "ready");
    assert.equal(stages.includes("stalled"), fault !== "conflict");
  });
}

test("what was finished before is not brought again", async () => {
  const server = new Server(10);
  server.finished = true;
  const { upload: made } = upload(server);
  await made.run();
  assert.equal(made.stage, "ready");
  assert.equal(server.asked.some((each) => each.startsWith("PATCH")), false);
});

test("a refusal is said in the server's words, and is the end of it", async () => {
  const { upload: made } = upload(new Server(10, {}, "This file is a program."));
  await made.run();
  assert.deepEqual([made.stage, made.reason, made.sent], ["refused", "This file is a program.", undefined]);
});

test("what is given up is forgotten by the server and never becomes ready", async () => {
  const server = new Server(1_200_000, { 2: "before" });
  const { upload: made } = upload(server);
  server.wait = async () => made.giveUp();
  await made.run();
  assert.equal(made.stage, "stalled");
  assert.equal(server.asked.at(-1), "DELETE /api/v1/files/f1");
});
