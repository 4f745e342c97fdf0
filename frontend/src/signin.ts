/** Passkeys and security keys: a button asks the browser, and its form carries the answer. */
type Json = Record<string, any>;

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const decodeIds = (list?: Json[]) => list?.map((one) => ({ ...one, id: toBytes(one.id) })) as PublicKeyCredentialDescriptor[] | undefined;

async function make(options: Json, isPasskey: boolean): Promise<Json> {
  const asked = options.publicKey;
  const selection = { ...asked.authenticatorSelection, residentKey: isPasskey ? "required" : "discouraged", requireResidentKey: isPasskey };
  if (isPasskey) selection.userVerification = "required";
  const publicKey = {
    ...asked,
    authenticatorSelection: selection,
    challenge: toBytes(asked.challenge),
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: decodeIds(asked.excludeCredentials),
  } as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return describe(made, {
    clientDataJSON: toText(response.clientDataJSON),
    attestationObject: toText(response.attestationObject),
    transports: response.getTransports(),
  });
}

async function use(options: Json): Promise<Json> {
  const asked = options.publicKey;
  const publicKey = { ...asked, challenge: toBytes(asked.challenge), allowCredentials: decodeIds(asked.allowCredentials) };
  const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return describe(used, {
    clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: response.userHandle ? toText(response.userHandle) : null,
  });
}

const describe = (credential: PublicKeyCredential, response: Json): Json => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response,
});

async function ask(button: HTMLElement, form: HTMLFormElement): Promise<Json> {
  if (button.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return use((await answer.json()).request_options);
  }
  const options = JSON.parse(document.getElementById("passkey-options")!.textContent!);
  if (button.dataset.passkey === "use") return use(options.request_options);
  return make(options.creation_options, form.querySelector<HTMLInputElement>("[name=passwordless]")?.checked ?? false);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-passkey]")) {
  const form = button.form!;
  const note = form.querySelector<HTMLElement>("[data-passkey-error]");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    note?.toggleAttribute("hidden", true);
    try {
      const credential = await ask(button, form);
      form.querySelector<HTMLInputElement>("[name=credential]")!.value = JSON.stringify(credential);
      form.submit();
    } catch {
      note?.toggleAttribute("hidden", false);
    }
  });
}
