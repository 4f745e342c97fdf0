/** SD-JWT on the holder's side: read what a certificate says, choose what of it is shown, sign for one verifier. */
export type Path = (string | number | null)[];
export type Claim = { path: string[]; value: unknown; disclosures: string[] };
type Json = Record<string, unknown>;

const text = new TextEncoder();

export function encode(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function decode(said: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(said.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

const read = (said: string): unknown => JSON.parse(new TextDecoder().decode(decode(said)));

async function digest(said: string): Promise<string> {
  return encode(await crypto.subtle.digest("SHA-256", text.encode(said)));
}

/** What names a certificate in its issuer's log: the SHA-256 of all of it, in hexadecimal. */
export async function fingerprint(held: string): Promise<string> {
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(held)));
  return [...hashed].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export function readPayload(held: string): Json {
  return read(held.split("~")[0]!.split(".")[1]!) as Json;
}

/** Every claim that can be shown or kept back, with the disclosures it takes. Elements of arrays aren't taken apart. */
export async function listClaims(held: string): Promise<Claim[]> {
  const disclosures = new Map<string, string>();
  for (const one of held.split("~").slice(1, -1)) disclosures.set(await digest(one), one);
  const found: Claim[] = [];
  const walk = (value: Json, path: string[], needed: string[]): void => {
    for (const one of (value._sd as string[] | undefined) ?? []) {
      const disclosure = disclosures.get(one);
      if (!disclosure) continue;
      const [, name, inner] = read(disclosure) as [string, string, unknown];
      const claim = { path: [...path, name], value: inner, disclosures: [...needed, disclosure] };
      found.push(claim);
      if (isObject(inner)) walk(inner, claim.path, claim.disclosures);
    }
    for (const [name, inner] of Object.entries(value)) if (name !== "_sd" && isObject(inner)) walk(inner, [...path, name], needed);
  };
  walk(readPayload(held), [], []);
  return found;
}

export async function sign(claims: Json, header: Json, key: CryptoKey): Promise<string> {
  const said = [{ alg: "ES256", ...header }, claims].map((one) => encode(text.encode(JSON.stringify(one)))).join(".");
  return `${said}.${encode(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text.encode(said)))}`;
}

export async function present(held: string, chosen: Claim[], audience: string, nonce: string, key: CryptoKey): Promise<string> {
  const shown = [held.split("~")[0]!, ...new Set(chosen.flatMap((one) => one.disclosures)), ""].join("~");
  const claims = { iat: Math.floor(Date.now() / 1000), aud: audience, nonce, sd_hash: await digest(shown) };
  return shown + (await sign(claims, { typ: "kb+jwt" }, key));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
