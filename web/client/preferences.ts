// How this browser shows the pages: colours and calm, kept here and nowhere else.

export type Theme = "auto" | "light" | "dark";
const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export function theme(): Theme {
  return THEMES.find((known) => known === read("corridor:theme")) ?? "auto";
}

export function calm(): boolean {
  return read("corridor:calm") === "on";
}

export function nextTheme(): void {
  write("corridor:theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? "auto");
  applyPreferences();
}

export function toggleCalm(): void {
  write("corridor:calm", calm() ? "off" : "on");
  applyPreferences();
}

export function applyPreferences(): void {
  const page = document.documentElement;
  if (theme() === "auto") delete page.dataset.theme;
  else page.dataset.theme = theme();
  page.toggleAttribute("data-calm", calm());
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // where nothing may be kept the choice lasts as long as the page
  }
}
