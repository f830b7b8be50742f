// Leave it until it opens: what is written goes to the server, and by itself from there.
import { command } from "#web/api.ts";
import { say } from "#web/announcer.ts";
import { inOwnWords, optionalPart, t } from "#web/page.ts";
import { uuid } from "#web/uuid.ts";
import type { Room } from "../../client/room.ts";
import type { Draft } from "./merging.ts";

export interface Written {
  /** What is written now. */
  draft(): Draft;
  /** It is left: the field is empty. */
  left(): void;
}

export class Leaving {
  #key = "";
  #of = "";
  #busy = false;

  constructor(
    private readonly room: Room,
    private readonly written: Written,
  ) {
    optionalPart(room.element, "leave")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.#leave();
    });
  }

  async #leave(): Promise<void> {
    const { text, replyTo } = this.written.draft();
    const field = this.room.element.querySelector<HTMLTextAreaElement>("#text");
    if (text.trim() === "") return field?.focus();
    if (this.#busy) return;
    this.#busy = true;
    this.#show("");
    try {
      await this.#send(text.trim(), replyTo);
    } finally {
      this.#busy = false;
      field?.focus();
    }
  }

  /** The same words have the same key: an answer that is lost makes no second message. */
  async #send(text: string, replyTo: string): Promise<void> {
    const said = `${replyTo} ${text}`;
    if (this.#of !== said) [this.#of, this.#key] = [said, uuid()];
    const thread = this.room.thread === "" ? {} : { thread: this.room.thread };
    const about = replyTo === "" ? thread : { ...thread, reply_to: replyTo };
    const answer = await command("schedule_message", {
      room: this.room.id, key: this.#key, text, when_open: true, ...about,
    });
    const sentAlready = answer.type === "refused" && answer.code === "key_conflict";
    if (answer.type === "done" || sentAlready) {
      this.#of = "";
      this.written.left();
      say(t("left"));
    } else this.#show(answer.type === "refused" ? inOwnWords(answer.message) : t("not_left"));
  }

  /** Why it could not be left. */
  #show(words: string): void {
    const line = optionalPart(this.room.element, "not-left");
    if (line) [line.textContent, line.hidden] = [words, words === ""];
    if (words !== "") say(words);
  }
}
