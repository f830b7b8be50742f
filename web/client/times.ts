// Times as the reader's clock and language tell them.
import { lang, t } from "./page.ts";

const digits = { numberingSystem: "latn" } as const;
/** The reader's own variety of the page's language, which knows how they write times: British, not only English. */
function locale(): string {
  const page = lang();
  return navigator.languages.find((own) => own.split("-")[0] === page && own !== page) ?? (page === "en" ? "en-GB" : page);
}

let clock: Intl.DateTimeFormat | undefined;
let moment: Intl.DateTimeFormat | undefined;

/** Writes the local time into every <time data-label="time"> and the full date into its title. */
export function labelTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-label="time"]')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    clock ??= new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit", ...digits });
    moment ??= new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "short", ...digits });
    time.textContent = clock.format(at);
    time.title = moment.format(at);
  }
}

/** A moment on the clock of a zone: its time, and its day by the weekday alone or with the date. */
export function momentIn(at: number, timeZone: string, weekdayOnly: boolean): { time: string; day: string } {
  const date = weekdayOnly ? {} : ({ day: "numeric", month: "long" } as const);
  return {
    time: new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit", timeZone, ...digits }).format(at),
    day: new Intl.DateTimeFormat(locale(), { weekday: "long", ...date, timeZone, ...digits }).format(at),
  };
}

/** The local day, as 2026-11-22. */
export function dayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function dayLabel(at: Date, now = new Date()): string {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayOf(at) === dayOf(now)) return t("today");
  if (dayOf(at) === dayOf(yesterday)) return t("yesterday");
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", ...year, ...digits }).format(at);
}
