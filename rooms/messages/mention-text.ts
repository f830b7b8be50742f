// A call on somebody as it is kept, `@[Name](p123)`, and as it is written, `@Name`.

const KEPT = /@\[([^[\]\n]{1,120})\]\((p[0-9a-z]{1,31}|g[0-9a-z]{1,31}|room)\)/g;

/** As one writes it; `learn` hears who was called on. */
export function asWritten(kept: string, learn: (name: string, id: string) => void = () => undefined): string {
  return kept.replace(KEPT, (_, name: string, id: string) => {
    learn(name, id);
    return `@${name}`;
  });
}

/** As it is kept: those whom the writer chose, by name. The longest name first: "Ann" is in "Ann Lee". */
export function asKept(written: string, chosen: ReadonlyMap<string, string>): string {
  const names = [...chosen.keys()].sort((a, b) => b.length - a.length);
  if (names.length === 0) return written;
  const listed = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const calls = new RegExp(`@(${listed})(?![\\p{L}\\p{N}])`, "gu");
  return written.replace(calls, (_, name: string) => `@[${name}](${chosen.get(name) ?? ""})`);
}

/** What stands between an @ and the place where one writes, if that may become a name. */
export function begunCall(before: string): string | undefined {
  return /(?:^|[\s(])@([^\s@][^@\n]{0,40}|)$/u.exec(before)?.[1];
}

export interface Callable {
  readonly id: string;
  readonly name: string;
}

/** Those whose name begins as asked for, then those of whose name another word does. */
export function suggested(all: readonly Callable[], begun: string, most: number): Callable[] {
  const wanted = begun.toLocaleLowerCase();
  const lower = (each: Callable): string => each.name.toLocaleLowerCase();
  const first = all.filter((each) => lower(each).startsWith(wanted));
  const others = all.filter((each) => !first.includes(each) && lower(each).split(/\s+/).some((word) => word.startsWith(wanted)));
  return [...first, ...others].slice(0, most);
}
