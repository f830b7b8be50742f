// The paper of a thread: the colour that its reader has given it, on every device as soon as it is chosen.
import { command } from "#web/api.ts";
import { optionalPart } from "#web/page.ts";
import { type LogEvent, text } from "#web/protocol.ts";
import type { Feature, Room } from "../../client/room.ts";

export function paper(room: Room): Feature {
  return new Paper(room);
}

class Paper implements Feature {
  readonly #form: HTMLFormElement | undefined;

  constructor(private readonly room: Room) {
    this.#form = optionalPart<HTMLFormElement>(room.element, "papers");
    this.#form?.addEventListener("submit", (event) => {
      const colour = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
      if (colour === "") return;
      event.preventDefault();
      void this.#choose(colour);
    });
  }

  event(): void {
    // what others choose is theirs alone
  }

  rebuild(): void {
    // the choice comes by the person's own room
  }

  oldestInView(): number {
    return Infinity;
  }

  line(): void {
    // a press finds out by itself
  }

  own(event: LogEvent): void {
    if (event.kind !== "sticky_set" || text(event.body.room) !== this.room.id) return;
    const colour = text(event.body.colour);
    if (colour !== "") this.#show(colour);
  }

  async #choose(colour: string): Promise<void> {
    const answer = await command("set_sticky", { room: this.room.id, colour });
    if (answer.type === "done") this.#show(colour);
  }

  #show(colour: string): void {
    this.room.element.dataset.colour = colour;
    for (const each of this.#form?.querySelectorAll("button") ?? []) {
      each.setAttribute("aria-pressed", String(each.value === colour));
    }
  }
}
