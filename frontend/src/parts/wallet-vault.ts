/**
 * A wallet that is locked: what it keeps is sealed under a key that only a passkey or a passphrase gives back.
 *
 * The key is drawn once and kept twice at most, wrapped: under what a passkey's authenticator computes for this wallet alone
 * (the PRF extension of WebAuthn), and under a passphrase. While the page is open it is here, where no script can
 * read it; with the page it is gone.
 */
import { random, read, stretch, write, type Bytes } from "./wallet-lock";

export type Wrap = { kind: "passkey" | "passphrase"; credential: Bytes; salt: Bytes; iv: Bytes; key: Bytes };
export type Vault = { wraps: Wrap[] };
export type SealedRow = { id: string; iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer; keys: CryptoKey[] };

export class Locked extends Error {}
/** This browser or its authenticator has no passkey that could lock a wallet. */
export class NoPasskey extends Error {}

const { subtle } = crypto;
const AES = { name: "AES-GCM", length: 256 } as const;
let open: CryptoKey | null = null;

export const isOpen = (): boolean => open !== null;

/** Lock with a passkey or (with words) a passphrase that is made the first of the new vault's ways in. */
export async function makeVault(passphrase: string | null): Promise<Vault> {
  const secret = random(32);
  const vault = { wraps: [await wrap(secret, passphrase)] };
  open = await importKey(secret);
  return vault;
}

/** Open a vault by one of its ways; fails where the passkey or the passphrase is another. */
export async function unlockVault(vault: Vault, passphrase: string | null): Promise<void> {
  const way = vault.wraps.find((one) => one.kind === (passphrase === null ? "passkey" : "passphrase"));
  if (!way) throw new NoPasskey();
  const key = passphrase === null ? await usePasskey(read(way.credential), read(way.salt)) : await stretch(passphrase, read(way.salt));
  open = await importKey(new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv: read(way.iv) }, key, read(way.key))));
}

export function forgetKey(): void {
  open = null;
}

async function wrap(secret: Uint8Array<ArrayBuffer>, passphrase: string | null): Promise<Wrap> {
  const [salt, iv] = [random(32), random(12)];
  const made = passphrase === null ? await makePasskey(salt) : { credential: new Uint8Array(), key: await stretch(passphrase, salt) };
  const key = await subtle.encrypt({ name: "AES-GCM", iv }, made.key, secret);
  return { kind: passphrase === null ? "passkey" : "passphrase", credential: write(made.credential), salt: write(salt), iv: write(iv), key: write(key) };
}

const importKey = (secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> => subtle.importKey("raw", secret, AES, false, ["encrypt", "decrypt"]);

async function makePasskey(salt: Uint8Array<ArrayBuffer>): Promise<{ credential: Uint8Array<ArrayBuffer>; key: CryptoKey }> {
  if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) throw new NoPasskey();
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: { name: document.title },
    user: { id: random(32), name: "madang-wallet", displayName: document.title },
    challenge: random(32), // nobody checks the answer: what counts is what the authenticator computes
    pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
    extensions: { prf: { eval: { first: salt } } },
  };
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  const said = made?.getClientExtensionResults().prf;
  if (!made || !said?.enabled) throw new NoPasskey();
  const credential = new Uint8Array(made.rawId);
  const key = said.results?.first ? await derive(said.results.first) : await usePasskey(credential, salt);
  return { credential, key };
}

async function usePasskey(credential: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: random(32),
    allowCredentials: [{ type: "public-key", id: credential }],
    userVerification: "required",
    extensions: { prf: { eval: { first: salt } } },
  };
  const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  const first = used?.getClientExtensionResults().prf?.results?.first;
  if (!first) throw new NoPasskey();
  return derive(first);
}

async function derive(secret: BufferSource): Promise<CryptoKey> {
  const base = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode("madang wallet vault");
  return subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, base, AES, false, ["encrypt", "decrypt"]);
}

/** A row of the database, sealed; keys of certificates stay beside, as the browser keeps them: unreadable, useless without the rest. */
export async function sealRow(store: string, row: { id: string }): Promise<SealedRow> {
  if (!open) throw new Locked();
  const keys: CryptoKey[] = [];
  const text = JSON.stringify(row, (_name, value: unknown) => (value instanceof CryptoKey ? { $key: keys.push(value) - 1 } : value));
  const iv = random(12);
  const data = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: name(store, row.id) }, open, new TextEncoder().encode(text));
  return { id: row.id, iv, data, keys };
}

export async function openRow<T>(store: string, row: SealedRow): Promise<T> {
  if (!open) throw new Locked();
  const said = await subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: name(store, row.id) }, open, row.data);
  return JSON.parse(new TextDecoder().decode(said), (_name, value: { $key?: number } | null) => (typeof value?.$key === "number" ? row.keys[value.$key] : value)) as T;
}

/** What is sealed for one place opens in no other. */
const name = (store: string, id: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${store}/${id}`);
