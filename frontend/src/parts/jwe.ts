/** JSON Web Encryption in compact form, to a verifier's key on P-256: ECDH-ES and AES-256-GCM (RFC 7516, RFC 7518 section 4.6). */
import { encode } from "./sd-jwt";

export type SealingKey = { kty: string; crv: string; x: string; y: string; kid?: string; alg?: string };

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const CIPHER = "A256GCM";
const KEY_BITS = 256;
const TAG_BYTES = 16;
const text = new TextEncoder();

const number = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer).reverse();

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((one) => [...one]));
}

/** The one round of the Concat KDF that 256 bits take; no party is named. */
async function deriveKey(secret: ArrayBuffer): Promise<CryptoKey> {
  const name = text.encode(CIPHER);
  const told = join(number(1), new Uint8Array(secret), number(name.length), name, number(0), number(0), number(KEY_BITS));
  return crypto.subtle.importKey("raw", await crypto.subtle.digest("SHA-256", told), "AES-GCM", false, ["encrypt"]);
}

export async function seal(message: unknown, { kty, crv, x, y, kid }: SealingKey): Promise<string> {
  const theirs = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, CURVE, false, []);
  const own = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, KEY_BITS);
  const mine = await crypto.subtle.exportKey("jwk", own.publicKey);
  const epk = { kty: mine.kty, crv: mine.crv, x: mine.x, y: mine.y };
  const header = encode(text.encode(JSON.stringify({ alg: "ECDH-ES", enc: CIPHER, ...(kid ? { kid } : {}), epk })));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const asked = { name: "AES-GCM", iv, additionalData: text.encode(header) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(asked, await deriveKey(shared), text.encode(JSON.stringify(message))));
  return [header, "", encode(iv), encode(sealed.slice(0, -TAG_BYTES)), encode(sealed.slice(-TAG_BYTES))].join(".");
}
