/**
 * A passphrase that makes certificates restorable: their keys leave the browser sealed under it, in a file, or not at all.
 *
 * Setting it makes a pair of keys: whatever is sealed to the public one opens with the private one, which is kept under
 * the passphrase alone (PBKDF2, AES-GCM). Every new certificate's key is sealed once, when it is made, and then kept
 * so that no script can read it. The exported file is sealed as a whole.
 */
export type Sealed = { from: JsonWebKey; iv: Bytes; data: Bytes };
export type Lock = { salt: Bytes; iv: Bytes; publicKey: JsonWebKey; privateKey: Bytes };
export type Bytes = string;

const ROUNDS = 600_000;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
export const SIGNS = { name: "ECDSA", namedCurve: "P-256" };
const { subtle } = crypto;

export const write = (bytes: ArrayBuffer | Uint8Array): Bytes => {
  let text = "";
  for (const one of new Uint8Array(bytes as ArrayBuffer)) text += String.fromCharCode(one);
  return btoa(text);
};
export const read = (said: Bytes): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(said), (letter) => letter.charCodeAt(0));
export const random = (count: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(count));

export async function stretch(passphrase: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await subtle.importKey("raw", new TextEncoder().encode(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  return subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The key that two parties share (HKDF over ECDH); each pair of them is used once. */
async function agree(mine: CryptoKey, theirs: CryptoKey): Promise<CryptoKey> {
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode("madang wallet");
  return subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function makeLock(passphrase: string): Promise<Lock> {
  const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const [salt, iv] = [random(16), random(12)];
  const secret = await subtle.exportKey("pkcs8", pair.privateKey);
  const privateKey = await subtle.encrypt({ name: "AES-GCM", iv }, await stretch(passphrase, salt), secret);
  return { salt: write(salt), iv: write(iv), publicKey: await subtle.exportKey("jwk", pair.publicKey), privateKey: write(privateKey) };
}

/** The private key behind a passphrase; fails where the passphrase is another. */
export async function unlock(lock: Lock, passphrase: string): Promise<CryptoKey> {
  const secret = await subtle.decrypt({ name: "AES-GCM", iv: read(lock.iv) }, await stretch(passphrase, read(lock.salt)), read(lock.privateKey));
  return subtle.importKey("pkcs8", secret, CURVE, false, ["deriveBits"]);
}

export async function seal(lock: Lock, data: BufferSource): Promise<Sealed> {
  const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const theirs = await subtle.importKey("jwk", lock.publicKey, CURVE, false, []);
  const iv = random(12);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv }, await agree(pair.privateKey, theirs), data);
  return { from: await subtle.exportKey("jwk", pair.publicKey), iv: write(iv), data: write(sealed) };
}

export async function unseal(key: CryptoKey, sealed: Sealed): Promise<ArrayBuffer> {
  const theirs = await subtle.importKey("jwk", sealed.from, CURVE, false, []);
  return subtle.decrypt({ name: "AES-GCM", iv: read(sealed.iv) }, await agree(key, theirs), read(sealed.data));
}

/** A key for one certificate: its public part, and its private one that no script can read any more. */
export async function makeKey(lock: Lock | undefined): Promise<{ key: CryptoKey; jwk: JsonWebKey; sealed?: Sealed }> {
  const pair = await subtle.generateKey(SIGNS, lock !== undefined, ["sign"]);
  const { kty, crv, x, y } = await subtle.exportKey("jwk", pair.publicKey);
  const jwk = { kty, crv, x, y } as JsonWebKey;
  if (!lock) return { key: pair.privateKey, jwk };
  const secret = await subtle.exportKey("pkcs8", pair.privateKey);
  return { key: await importKey(secret), jwk, sealed: await seal(lock, secret) };
}

export const importKey = (secret: ArrayBuffer): Promise<CryptoKey> => subtle.importKey("pkcs8", secret, SIGNS, false, ["sign"]);
