// Whether one may write here, as the server says it, and how a moment to come is called.
import { type Body, text } from "#web/protocol.ts";

export interface Standing {
  readonly open: boolean;
  readonly code: string;
  readonly opensAt: string | undefined;
  readonly changesAt: string | undefined;
  readonly now: string;
}

export function readStanding(body: Body): Standing | undefined {
  if (typeof body.open !== "boolean" || typeof body.now !== "string") return undefined;
  return {
    open: body.open,
    code: text(body.code),
    opensAt: text(body.opens_at) || undefined,
    changesAt: text(body.changes_at) || undefined,
    now: body.now,
  };
}

/** Whether one says how it stood before the other: answers overtake each other. */
export function isOlder(one: Standing, other: Standing): boolean {
  return Date.parse(one.now) < Date.parse(other.now);
}

export type Day = "today" | "tomorrow" | "weekday" | "day";

/** How the day of a moment is called on the clock of a zone; both in milliseconds. */
export function dayOf(moment: number, now: number, zone: string): Day {
  const days = (dayNumber(moment, zone) - dayNumber(now, zone)) / 86_400_000;
  if (days <= 0) return "today";
  if (days === 1) return "tomorrow";
  return days < 7 ? "weekday" : "day";
}

/** The day of a zone's calendar as milliseconds of UTC. */
function dayNumber(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" })
    .formatToParts(moment)
    .reduce<Record<string, number>>((all, each) => ({ ...all, [each.type]: Number(each.value) }), {});
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day ?? 1);
}
