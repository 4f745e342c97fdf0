/** How a wallet speaks to an issuer: OpenID4VCI 1.0 by an offer's code or by signing in, several copies at once. */
import { say } from "./look";
import { encode, readPayload, sign } from "./sd-jwt";
import { findLock } from "./wallet-file";
import { makeKey } from "./wallet-lock";
import { put, remove, type Held, type Waiting, type Words } from "./wallet-store";

export type Offer = { credential_issuer: string; credential_configuration_ids: string[]; grants?: Record<string, { "pre-authorized_code"?: string }> };
type Named = { name: string; locale: string };
type Configuration = { format: string; vct?: string; credential_definition?: { type: string[] }; scope: string; credential_metadata: { display: Named[]; claims: { path: string[]; display: Named[] }[] } };
type Issuer = {
  credential_endpoint: string;
  nonce_endpoint: string;
  deferred_credential_endpoint?: string;
  notification_endpoint?: string;
  batch_credential_issuance?: { batch_size: number };
  credential_configurations_supported: Record<string, Configuration>;
};
type Server = { issuer: string; token_endpoint: string; authorization_endpoint?: string; pushed_authorization_request_endpoint?: string };
type Given = { credentials?: { credential: string }[]; notification_id?: string; transaction_id?: string };
type Pending = { issuer: string; name: string; verifier: string; state: string };

export const PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const CLIENT = "madang-holder";
const COPIES = 5; // each is meant to be shown once, so that those who see two of them don't know by the certificate that they are one person's
const PENDING = "madang-wallet-pending";

/** What makes no difference to ask again: refused, issued already, or its token over. */
const FINAL = ["credential_request_denied", "invalid_transaction_id", "invalid_token"];

export class Problem extends Error {}
/** A problem that stays however often one asks. */
export class Refusal extends Problem {}

/** Nothing that the house could tell one visitor from another by goes with a wallet's requests. */
export async function ask<T>(address: string, options: RequestInit = {}): Promise<T> {
  // The browser's own language may be another one than this page's.
  const headers = { ...(options.headers as Record<string, string> | undefined), "Accept-Language": document.documentElement.lang };
  const answer = await fetch(address, { ...options, headers, credentials: "omit" });
  const said = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new (answer.status < 500 && FINAL.includes(said.error) ? Refusal : Problem)(said.message ?? said.error_description ?? said.error);
  return said as T;
}

function askIssuer<T>(issuer: string, name: string): Promise<T> {
  const { origin, pathname } = new URL(issuer);
  return ask<T>(`${origin}/.well-known/${name}${pathname}`);
}

const send = (token: string, value: unknown): RequestInit => ({
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
const pick = (names: Named[], locale: string): string => names.find((one) => one.locale === locale)?.name ?? names[0]?.name ?? "";
const random = (): string => encode(crypto.getRandomValues(new Uint8Array(32)));
const redirect = (): string => location.origin + location.pathname;

async function getToken(server: Server, form: Record<string, string>): Promise<string> {
  const { access_token: token } = await ask<{ access_token: string }>(server.token_endpoint, { method: "POST", body: new URLSearchParams(form) });
  return token;
}

/** Take what an offer's code and PIN give; false where it must be approved first. */
export async function accept(offer: Offer, pin: string): Promise<boolean> {
  const server = await askIssuer<Server>(offer.credential_issuer, "oauth-authorization-server");
  const code = offer.grants![PRE_AUTHORIZED]!["pre-authorized_code"]!;
  const token = await getToken(server, { grant_type: PRE_AUTHORIZED, "pre-authorized_code": code, tx_code: pin });
  return fetchCopies(offer.credential_issuer, offer.credential_configuration_ids[0]!, token);
}

/** Send the user to sign in at the issuer, which sends them back here with a code. */
export async function signIn(issuer: string, name: string): Promise<void> {
  const [server, said] = await Promise.all([askIssuer<Server>(issuer, "oauth-authorization-server"), askIssuer<Issuer>(issuer, "openid-credential-issuer")]);
  const pending: Pending = { issuer, name, verifier: random(), state: random() };
  const challenge = encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier)));
  const form = {
    client_id: CLIENT,
    response_type: "code",
    redirect_uri: redirect(),
    scope: said.credential_configurations_supported[name]!.scope,
    state: pending.state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  };
  const { request_uri: uri } = await ask<{ request_uri: string }>(server.pushed_authorization_request_endpoint!, { method: "POST", body: new URLSearchParams(form) });
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  location.assign(`${server.authorization_endpoint!}?${new URLSearchParams({ client_id: CLIENT, request_uri: uri })}`);
}

/** Go on where the issuer sent the user back; null where it was declined, false where it must be approved first. */
export async function comeBack(said: URLSearchParams): Promise<boolean | null> {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null") as Pending | null;
  sessionStorage.removeItem(PENDING);
  if (!pending || said.get("state") !== pending.state || said.get("iss") !== pending.issuer || !said.has("code")) return null;
  const server = await askIssuer<Server>(pending.issuer, "oauth-authorization-server");
  const form = { grant_type: "authorization_code", code: said.get("code")!, code_verifier: pending.verifier, client_id: CLIENT, redirect_uri: redirect() };
  return fetchCopies(pending.issuer, pending.name, await getToken(server, form));
}

async function fetchCopies(address: string, name: string, token: string): Promise<boolean> {
  const [issuer, lock] = await Promise.all([askIssuer<Issuer>(address, "openid-credential-issuer"), findLock()]);
  const { c_nonce: nonce } = await ask<{ c_nonce: string }>(issuer.nonce_endpoint, { method: "POST" });
  const count = Math.min(COPIES, issuer.batch_credential_issuance?.batch_size ?? 1);
  const made = await Promise.all(Array.from({ length: count }, () => makeKey(lock)));
  const claims = { aud: address, iat: Math.floor(Date.now() / 1000), nonce };
  const jwt = await Promise.all(made.map(({ key, jwk }) => sign(claims, { typ: "openid4vci-proof+jwt", jwk }, key)));
  const given = await ask<Given>(issuer.credential_endpoint, send(token, { credential_configuration_id: name, proofs: { jwt } }));
  const keys = made.map(({ key, jwk, sealed }) => ({ x: jwk.x!, key, ...(sealed && { sealed }) }));
  const asked = { id: crypto.randomUUID(), issuer: address, name, token, transaction: given.transaction_id ?? "", keys, askedAt: Date.now() };
  if (given.credentials) return keep(issuer, asked, given);
  await put("waiting", asked);
  return false;
}

/** Ask whether what was asked for before was approved since. */
export async function collect(asked: Waiting): Promise<boolean> {
  const issuer = await askIssuer<Issuer>(asked.issuer, "openid-credential-issuer");
  const given = await ask<Given>(issuer.deferred_credential_endpoint!, send(asked.token, { transaction_id: asked.transaction }));
  return given.credentials ? keep(issuer, asked, given) : false;
}

async function keep(issuer: Issuer, asked: Waiting, given: Given): Promise<boolean> {
  const { format, vct, credential_definition: definition, credential_metadata: said } = issuer.credential_configurations_supported[asked.name]!;
  const kind = vct ?? definition!.type.at(-1)!;
  const words: Words[] = said.claims.map((one) => ({ path: one.path, ko: pick(one.display, "ko"), en: pick(one.display, "en") }));
  const named = { ko: pick(said.display, "ko"), en: pick(said.display, "en") };
  const texts = new Map(given.credentials!.map(({ credential }) => [readKey(credential), credential]));
  const copies = asked.keys.filter(({ x }) => texts.has(x)).map(({ x, ...one }) => ({ ...one, text: texts.get(x)!, isUsed: false }));
  if (!copies.length) throw new Refusal(say("이 지갑의 열쇠로 만든 증명서가 아니에요.", "It was made for other keys than this wallet's."));
  const held: Held = { id: asked.id, copies, issuer: asked.issuer, kind, format, ...named, words, addedAt: Date.now() };
  await put("held", held);
  await remove("waiting", asked.id);
  if (issuer.notification_endpoint && given.notification_id) await ask(issuer.notification_endpoint, send(asked.token, { notification_id: given.notification_id, event: "credential_accepted" })).catch(() => null);
  return true;
}

const readKey = (held: string): string => (readPayload(held).cnf as { jwk: JsonWebKey }).jwk.x!;
