// What is being written in a room and not sent, kept in this browser until it is.
import { keep } from "#web/local.ts";
import { isRecord, parseJson, text } from "#web/protocol.ts";

export interface Draft {
  readonly text: string;
  readonly replyTo: string;
}

export class Drafts {
  readonly #name: string;

  constructor(
    private readonly storage: Storage,
    person: string,
    room: string,
  ) {
    this.#name = `corridor:draft:${person}:${room}`;
  }

  read(): Draft {
    const value = parseJson(this.storage.getItem(this.#name) ?? "");
    return isRecord(value) ? { text: text(value.text), replyTo: text(value.replyTo) } : { text: "", replyTo: "" };
  }

  keep(draft: Draft): void {
    keep(this.storage, this.#name, draft.text.trim() === "" ? "" : JSON.stringify(draft));
    globalThis.dispatchEvent?.(new Event("corridor:writing")); // whoever keeps drafts elsewhere too looks at what is there now
  }
}
