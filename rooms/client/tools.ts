// The tools in a room's head: on a narrow screen they wait in one menu, so that the room keeps its place.
import { copy, part } from "#web/page.ts";

const NARROW = "(max-width: 40rem)";
const STAY = ".room-back, .room-help, .room-people-open, .to-read-door";

/** The way to help is in the masthead; in a long room, which is read at its end, it is in the room's head as well. */
export function keepHelpInView(root: HTMLElement): void {
  const [masthead, help] = [document.querySelector(".masthead"), root.querySelector<HTMLElement>(".room-help")];
  if (!masthead || !help) return;
  new IntersectionObserver(([seen]) => (help.hidden = seen?.isIntersecting === true)).observe(masthead);
}

export function foldTools(root: HTMLElement): void {
  const head = root.querySelector<HTMLElement>(".room-head");
  if (!head) return;
  const menu = copy(root, "tools-template");
  const narrow = matchMedia(NARROW);
  const fold = (): void => (narrow.matches ? into(menu, head) : outOf(menu));
  narrow.addEventListener("change", fold);
  fold();
}

function into(menu: HTMLElement, head: HTMLElement): void {
  const all = head.querySelectorAll<HTMLElement>(":scope > a.button, :scope > details.menu");
  const tools = [...all].filter((tool) => !tool.matches(STAY));
  if (tools.length < 2) return;
  tools[0]?.before(menu);
  for (const tool of tools) {
    face(tool).classList.add("menu-item");
    part(menu, "tools").append(tool);
  }
}

function outOf(menu: HTMLElement): void {
  for (const tool of [...part(menu, "tools").children] as HTMLElement[]) {
    face(tool).classList.remove("menu-item");
    menu.before(tool);
  }
  menu.remove();
}

/** What is pressed: the link itself, or the head of a menu that opens within this one. */
function face(tool: HTMLElement): HTMLElement {
  return tool.querySelector<HTMLElement>(":scope > summary") ?? tool;
}
