/** What stands behind the address's hash; taken out of it, so that it stays neither in the bar nor in the history. */
export function takeHash(): string {
  const found = decodeURIComponent(location.hash.slice(1));
  if (found !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return found;
}

/** Fills in the only field of the form inside, and sends it. */
export function send(root: ParentNode, name: string, value: string): void {
  const field = root.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (!field?.form) return;
  field.value = value;
  field.form.requestSubmit();
}
