// Where the outbox keeps what was written: one item of the browser's storage an entry, so that two tabs never
// overwrite each other's, under names that sort in the order of writing.
import { isRecord, parseJson } from "./protocol.ts";

/** What a command says, besides its room and key. */
export type Said = Readonly<Record<string, string | readonly string[]>>;

export interface Entry {
  /** The UUID that makes the command happen once; made when it is written, never again. */
  readonly key: string;
  /** Sorts entries in the order of writing. */
  readonly order: string;
  readonly room: string;
  readonly name: string;
  readonly fields: Said;
  /** The seq that the page had seen when this was written. */
  readonly after: number;
  readonly state: "waiting" | "refused" | "held";
  readonly code?: string;
  readonly reason?: string;
}

export interface OutboxStore {
  /** Whether what is put survives this page. */
  readonly durable: boolean;
  /** All entries in the order of writing. */
  list(): Entry[];
  put(entry: Entry): void;
  remove(entry: Entry): void;
}

const PREFIX = "corridor:outbox:";

export class BrowserStore implements OutboxStore {
  readonly #prefix: string;
  readonly #kept = new Map<string, Entry>(); // what the browser's storage would not take
  durable = true;

  constructor(
    person: string,
    private readonly storage: Storage,
    prefix = PREFIX,
  ) {
    this.#prefix = `${prefix}${person}:`;
  }

  list(): Entry[] {
    const stored = names(this.storage, this.#prefix).flatMap((name) => read(this.storage.getItem(name)));
    return [...stored, ...this.#kept.values()].sort((a, b) => (a.order < b.order ? -1 : 1));
  }

  put(entry: Entry): void {
    try {
      this.storage.setItem(this.#name(entry), JSON.stringify(entry));
      this.#kept.delete(entry.key);
    } catch {
      this.durable = false; // full, or forbidden: at least this page remembers
      this.#kept.set(entry.key, entry);
    }
  }

  remove(entry: Entry): void {
    this.#kept.delete(entry.key);
    this.storage.removeItem(this.#name(entry));
  }

  #name(entry: Entry): string {
    return `${this.#prefix}${entry.order}:${entry.key}`;
  }
}

/** What an entry says under a name; empty where it says nothing, or several things. */
export function word(entry: Entry, name: string): string {
  const said = entry.fields[name];
  return typeof said === "string" ? said : "";
}

export function names(storage: Storage, prefix: string): string[] {
  const all = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
  return all.filter((name) => name.startsWith(prefix));
}

function read(source: string | null): Entry[] {
  const value = source === null ? undefined : parseJson(source);
  if (!isRecord(value) || typeof value.key !== "string" || typeof value.order !== "string") return [];
  return [value as unknown as Entry];
}
