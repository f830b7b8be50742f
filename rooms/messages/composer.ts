// Where one writes: a new message, a reply, or an edit of one's own.
import { optionalPart, part, t } from "#web/page.ts";
import { Calls } from "./calls.ts";
import { type Draft, Drafts } from "./drafts.ts";
import { charactersLeft } from "./length.ts";
import { markKey } from "./mark-keys.ts";
import type { Callable } from "./mention-text.ts";

export type Mode = { readonly kind: "post" } | { readonly kind: "reply" | "edit"; readonly id: string };

export interface Writing {
  send(text: string, mode: Mode): void;
  typing(): void;
  /** The name and the text of a message that is replied to or edited, and the text with its marks. */
  about(id: string): { readonly name: string; readonly text: string; readonly source: string } | undefined;
  /** Whom one may call on here. */
  callable(): readonly Callable[];
}

const KEEP_AFTER_MS = 300;

export class Composer {
  readonly #form: HTMLFormElement;
  readonly #text: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #calls: Calls;
  #mode: Mode = { kind: "post" };
  #set: Draft = { text: "", replyTo: "" }; // the draft that an edit has put aside
  #timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly drafts: Drafts,
    private readonly writing: Writing,
  ) {
    this.#form = part<HTMLFormElement>(root, "form");
    this.#text = this.#form.elements.namedItem("text") as HTMLTextAreaElement;
    this.#send = part<HTMLButtonElement>(root, "send");
    this.#calls = new Calls(root, this.#text, () => this.writing.callable(), () => this.#changed());
    this.#begin();
    this.#listen();
  }

  reply(id: string): void {
    this.#leaveEdit();
    this.#enter({ kind: "reply", id });
  }

  edit(id: string, text = this.writing.about(id)?.source ?? ""): void {
    if (this.#mode.kind !== "edit") this.#set = this.#draft();
    this.#enter({ kind: "edit", id });
    this.#fill(text);
  }

  /** Takes back what could not be saved, to be written anew. */
  rewrite(text: string, mode: Mode): void {
    if (mode.kind === "edit") return this.edit(mode.id, text);
    this.#leaveEdit();
    const both = [text, this.#calls.kept].filter((part) => part.trim() !== "").join("\n");
    this.#enter(mode);
    this.#fill(both);
  }

  cancel(): void {
    this.#leaveEdit();
    this.#enter({ kind: "post" });
  }

  /** A message was removed: what is being written about it goes on as a message of its own. */
  gone(id: string): void {
    if (this.#set.replyTo === id) this.#set = { ...this.#set, replyTo: "" };
    if (this.#mode.kind === "post" || this.#mode.id !== id) return;
    if (this.#mode.kind === "edit") this.#leaveEdit();
    else this.#show({ kind: "post" });
    this.#keep();
  }

  #begin(): void {
    const hidden = (name: string): string =>
      this.#form.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`)?.value ?? "";
    optionalPart(this.root, "keys")?.removeAttribute("hidden");
    const draft = this.drafts.read();
    this.#calls.kept = this.#text.value;
    if (hidden("message") !== "") {
      this.#set = draft;
      this.#show({ kind: "edit", id: hidden("message") });
    } else {
      const replyTo = hidden("reply_to") || (this.writing.about(draft.replyTo) ? draft.replyTo : "");
      if (this.#text.value === "") this.#calls.kept = draft.text;
      this.#show(replyTo === "" ? { kind: "post" } : { kind: "reply", id: replyTo });
    }
    this.#measure();
  }

  #listen(): void {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    part(this.root, "cancel").addEventListener("click", (event) => {
      event.preventDefault();
      this.cancel();
    });
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#changed());
    addEventListener("pagehide", () => this.#keep());
    addEventListener("corridor:draft", (event) => this.#arrived((event as CustomEvent<Draft>).detail));
  }

  /** What was written on another device. */
  #arrived(draft: Draft): void {
    this.#set = draft;
    if (this.#mode.kind === "edit") return;
    this.#fill(draft.text);
    this.#show(this.writing.about(draft.replyTo) ? { kind: "reply", id: draft.replyTo } : { kind: "post" });
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || this.#calls.key(event) || markKey(event, this.#text)) return;
    if (event.key === "Escape" && this.#mode.kind !== "post") {
      event.preventDefault();
      this.cancel();
    }
    if (event.key === "Enter" && !event.shiftKey && !touchOnly()) {
      event.preventDefault();
      this.#submit();
    }
  }

  #changed(): void {
    this.#measure();
    if (this.#text.value.trim() !== "" && this.#mode.kind !== "edit") this.writing.typing();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#keep(), KEEP_AFTER_MS);
  }

  #submit(): void {
    if (this.#form.dataset.closed !== undefined) return void this.#form.dispatchEvent(new Event("corridor:closed"));
    const text = this.#calls.kept.trim();
    if (text === "" || (charactersLeft(text) ?? 0) < 0) return this.#text.focus();
    const mode = this.#mode;
    if (mode.kind === "edit") this.cancel();
    else {
      this.#fill("");
      this.#enter({ kind: "post" });
    }
    this.#keep();
    this.writing.send(text, mode);
  }

  #leaveEdit(): void {
    if (this.#mode.kind !== "edit") return;
    const { text, replyTo } = this.#set;
    this.#fill(text);
    this.#show(replyTo === "" ? { kind: "post" } : { kind: "reply", id: replyTo });
  }

  #enter(mode: Mode): void {
    this.#show(mode);
    this.#keep();
    this.#text.focus();
  }

  #show(mode: Mode): void {
    this.#mode = mode;
    const about = mode.kind === "post" ? undefined : this.writing.about(mode.id);
    part(this.root, "about").hidden = mode.kind === "post";
    part(this.root, "about-name").textContent =
      mode.kind === "edit" ? t("editing") : t("replying_to", { name: about?.name ?? t("earlier_message") });
    part(this.root, "about-text").textContent = about?.text ?? "";
    const word = this.#send.querySelector(".button-word");
    if (word) word.textContent = t(mode.kind === "edit" ? "save" : "send");
  }

  #fill(text: string): void {
    this.#calls.kept = text;
    this.#measure();
  }

  #measure(): void {
    const left = charactersLeft(this.#calls.kept);
    const count = part(this.root, "count");
    const over = left !== undefined && left < 0;
    count.textContent =
      left === undefined ? "" : t(over ? "characters_over" : "characters_left", { count: Math.abs(left) });
    count.toggleAttribute("data-over", over);
    this.#text.setAttribute("aria-invalid", String(over));
    this.#send.setAttribute("aria-disabled", String(over));
    this.#grow();
  }

  /** Lets the field grow with the text where the browser does not do so by itself. */
  #grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }

  #draft(): Draft {
    return { text: this.#calls.kept, replyTo: this.#mode.kind === "reply" ? this.#mode.id : "" };
  }

  #keep(): void {
    clearTimeout(this.#timer);
    this.drafts.keep(this.#mode.kind === "edit" ? this.#set : this.#draft());
  }
}

/** On a telephone the Enter key makes a new line, as everywhere there. */
function touchOnly(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
