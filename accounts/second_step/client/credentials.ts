// navigator.credentials by the JSON of the server. The browsers' own conversions are younger than some that we serve.
import { type Body, record } from "#web/protocol.ts";
import { fromBase64Url, toBase64Url } from "./binary.ts";

export function canUsePasskeys(): boolean {
  return window.isSecureContext && "PublicKeyCredential" in window;
}

/** Makes a passkey; the answer is for the server, as JSON. */
export async function create(options: Body): Promise<string> {
  const user = record(options.user);
  const publicKey = {
    ...options,
    challenge: fromBase64Url(String(options.challenge)),
    user: { ...user, id: fromBase64Url(String(user.id)) },
    excludeCredentials: list(options.excludeCredentials).map(descriptor),
  } as unknown as PublicKeyCredentialCreationOptions;
  const { credential, response } = answerOf(await navigator.credentials.create({ publicKey }));
  if (!(response instanceof AuthenticatorAttestationResponse)) throw new TypeError("No new passkey came");
  return json(credential, { attestationObject: toBase64Url(response.attestationObject) });
}

/** Shows a passkey that the person chooses; the answer is for the server, as JSON. */
export async function get(options: Body): Promise<string> {
  const publicKey = {
    ...options,
    challenge: fromBase64Url(String(options.challenge)),
    allowCredentials: list(options.allowCredentials).map(descriptor),
  } as unknown as PublicKeyCredentialRequestOptions;
  const { credential, response } = answerOf(await navigator.credentials.get({ publicKey }));
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new TypeError("No passkey came");
  return json(credential, {
    authenticatorData: toBase64Url(response.authenticatorData),
    signature: toBase64Url(response.signature),
    userHandle: response.userHandle ? toBase64Url(response.userHandle) : null,
  });
}

function answerOf(given: Credential | null): { credential: PublicKeyCredential; response: AuthenticatorResponse } {
  if (!(given instanceof PublicKeyCredential)) throw new TypeError("No passkey came");
  return { credential: given, response: given.response };
}

function json(credential: PublicKeyCredential, response: Body): string {
  return JSON.stringify({
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { clientDataJSON: toBase64Url(credential.response.clientDataJSON), ...response },
  });
}

function descriptor(given: unknown): Body {
  const one = record(given);
  return { ...one, id: fromBase64Url(String(one.id)) };
}

function list(given: unknown): unknown[] {
  return Array.isArray(given) ? given : [];
}
