// The people of a room: their names for what the log says by id, and the list of them.
import { get } from "#web/api.ts";
import { copy, part, t } from "#web/page.ts";
import { list, type LogEvent, parseJson, record, text } from "#web/protocol.ts";
import { initials, tint } from "#web/tint.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly initials: string;
}

/** What a role is called here; one that a school made itself is called what the school calls it. */
function roleName(role: string): string {
  const names = record(parseJson(document.getElementById("roles")?.textContent ?? ""));
  return text(names[role]) || role;
}

export class People extends EventTarget {
  readonly #known = new Map<string, Person>();
  #members: string[] = [];
  #asking: Promise<void> | undefined;
  readonly #unknown = new Set<string>();

  constructor(
    private readonly root: HTMLElement,
    private readonly room: string,
    members: unknown,
  ) {
    super();
    this.#learn(members);
    for (const message of root.querySelectorAll<HTMLElement>("li.message")) this.meet(message);
  }

  /** Learns an author's name from a message that the server rendered; they may have left since. */
  meet(message: HTMLElement): void {
    const id = message.dataset.by ?? "";
    if (id === "" || this.#known.has(id)) return;
    const name = part(message, "author").textContent ?? "";
    this.#known.set(id, { id, name, role: "", initials: part(message, "initials").textContent ?? initials(name) });
  }

  /** The person of that id. Someone unknown is asked for; "names" tells when that was answered. */
  person(id: string): Person {
    const known = this.#known.get(id);
    if (known) return known;
    if (!this.#unknown.has(id)) void this.refetch(id);
    return { id, name: t("someone"), role: "", initials: "·" };
  }

  get members(): readonly Person[] {
    return this.#members.map((id) => this.person(id));
  }

  replace(members: unknown): void {
    this.#learn(members);
    this.#draw();
  }

  changed(event: LogEvent): void {
    const id = text(event.body.person);
    if (event.kind === "member_removed") this.#members = this.#members.filter((member) => member !== id);
    if (event.kind === "member_added") {
      const name = text(event.body.name);
      this.#known.set(id, { id, name, role: text(event.body.role), initials: initials(name) });
      if (!this.#members.includes(id)) this.#members.push(id);
    }
    this.#draw();
  }

  async refetch(wanted: string): Promise<void> {
    this.#unknown.add(wanted);
    this.#asking ??= this.#ask();
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const reply = await get(`/api/v1/rooms/${this.room}/members`);
    this.#asking = undefined;
    if (reply.status === 200) this.replace(reply.body.members);
    else this.#unknown.clear();
  }

  #learn(members: unknown): void {
    this.#members = list(members).map((member) => text(member.id));
    for (const member of list(members)) {
      const [id, name] = [text(member.id), text(member.name)];
      this.#unknown.delete(id);
      this.#known.set(id, { id, name, role: text(member.role), initials: text(member.initials) || initials(name) });
    }
  }

  #draw(): void {
    const rows = this.members.map((person) => {
      const row = copy(this.root, "person-template");
      row.dataset.person = person.id;
      part(row, "initials").textContent = person.initials;
      part(row, "initials").dataset.tint = tint(person.id);
      part(row, "name").textContent = person.name;
      part<HTMLAnchorElement>(row, "card").href = `/people/${person.id}?room=${this.room}`;
      part(row, "role").textContent = roleName(person.role);
      return row;
    });
    part(this.root, "people").replaceChildren(...rows);
    this.dispatchEvent(new Event("names"));
  }
}
