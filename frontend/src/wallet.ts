/** The wallet of a browser: certificates are fetched by OpenID4VCI 1.0 and shown by OpenID4VP 1.0, from here alone. */
import { say } from "./parts/look";
import { listClaims, present, readPayload, sign, type Claim } from "./parts/sd-jwt";
import { list, put, remove, type Held, type Shown, type Words } from "./parts/wallet-store";

type Offer = { credential_issuer: string; credential_configuration_ids: string[]; grants: Record<string, { "pre-authorized_code": string }> };
type Named = { name: string; locale: string };
type Configuration = { vct: string; credential_metadata: { display: Named[]; claims: { path: string[]; display: Named[] }[] } };
type Issuer = { credential_endpoint: string; nonce_endpoint: string; credential_configurations_supported: Record<string, Configuration> };
type Query = { credentials: { id: string; meta: { vct_values: string[] }; claims: { path: string[] }[] }[] };
type Asked = { client: string; address: string; nonce: string; state: string; query: Query };

const GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

class Problem extends Error {}

const find = <T extends HTMLElement>(name: string): T => document.querySelector<T>(`[data-${name}]`)!;

function show(name: "problem" | "done", words: string): void {
  for (const one of ["problem", "done"]) find(one).hidden = one !== name;
  find(name).textContent = words;
}

/** Nothing that the house could tell one visitor from another by goes with a wallet's requests. */
async function ask<T>(address: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(address, { ...options, credentials: "omit" });
  const said = await answer.json();
  if (!answer.ok) throw new Problem(said.message ?? said.error_description ?? said.error);
  return said as T;
}

function askIssuer<T>(issuer: string, name: string): Promise<T> {
  const { origin, pathname } = new URL(issuer);
  return ask<T>(`${origin}/.well-known/${name}${pathname}`);
}

const pick = (names: Named[], locale: string): string => names.find((one) => one.locale === locale)?.name ?? names[0]?.name ?? "";

async function accept(offer: Offer, pin: string): Promise<void> {
  const name = offer.credential_configuration_ids[0]!;
  const issuer = await askIssuer<Issuer>(offer.credential_issuer, "openid-credential-issuer");
  const server = await askIssuer<{ token_endpoint: string }>(offer.credential_issuer, "oauth-authorization-server");
  const form = new URLSearchParams({ grant_type: GRANT, "pre-authorized_code": offer.grants[GRANT]!["pre-authorized_code"], tx_code: pin });
  const { access_token: token } = await ask<{ access_token: string }>(server.token_endpoint, { method: "POST", body: form });
  const { c_nonce: nonce } = await ask<{ c_nonce: string }>(issuer.nonce_endpoint, { method: "POST" });
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const claims = { aud: offer.credential_issuer, iat: Math.floor(Date.now() / 1000), nonce };
  const proof = await sign(claims, { typ: "openid4vci-proof+jwt", jwk: { kty, crv, x, y } }, keys.privateKey);
  const body = JSON.stringify({ credential_configuration_id: name, proofs: { jwt: [proof] } });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const given = await ask<{ credentials: { credential: string }[] }>(issuer.credential_endpoint, { method: "POST", headers, body });
  const { vct, credential_metadata: said } = issuer.credential_configurations_supported[name]!;
  const words: Words[] = said.claims.map((one) => ({ path: one.path, ko: pick(one.display, "ko"), en: pick(one.display, "en") }));
  const named = { ko: pick(said.display, "ko"), en: pick(said.display, "en") };
  await put("held", { id: crypto.randomUUID(), text: given.credentials[0]!.credential, issuer: offer.credential_issuer, kind: vct, ...named, words, keys, addedAt: Date.now() });
}

const findWords = (held: Held, path: string[]): number => held.words.findIndex((one) => one.path.join("\n") === path.join("\n"));

function nameClaim(held: Held, path: string[]): string {
  const words = held.words[findWords(held, path)];
  return words ? say(words.ko, words.en) : path.join(" › ");
}

function write(tag: string, words: string, ...inside: Node[]): HTMLElement {
  const element = document.createElement(tag);
  element.append(words, ...inside);
  return element;
}

async function drawHeld(): Promise<void> {
  const all = await list<Held>("held");
  find("none").hidden = all.length > 0;
  find("held").replaceChildren(...(await Promise.all(all.sort((a, b) => b.addedAt - a.addedAt).map(drawOne))));
}

async function drawOne(held: Held): Promise<HTMLElement> {
  const facts = document.createElement("dl");
  facts.className = "facts";
  const claims = (await listClaims(held.text)).sort((a, b) => findWords(held, a.path) - findWords(held, b.path));
  for (const { path, value } of claims) facts.append(write("dt", nameClaim(held, path)), write("dd", typeof value === "object" ? JSON.stringify(value) : String(value)));
  const until = new Date((readPayload(held.text).exp as number) * 1000).toLocaleDateString(document.documentElement.lang);
  const button = write("button", say("지우기", "Remove"));
  button.className = "krds-btn small danger";
  button.addEventListener("click", async () => {
    if (!confirm(say("이 기기에서 지워요. 다시 쓰려면 새로 받아야 해요.", "It is removed from this device. To use it again you must get a new one."))) return;
    await remove("held", held.id);
    await drawHeld();
  });
  const one = write("details", "", write("summary", `${say(held.ko, held.en)} · ${say(`${until}까지`, `until ${until}`)}`), facts, button);
  one.className = "field";
  return one;
}

async function drawHistory(): Promise<void> {
  const all = (await list<Shown>("shown")).sort((a, b) => b.at - a.at);
  const lines = all.map((one) => {
    const meta = write("span", `${new Date(one.at).toLocaleString(document.documentElement.lang)} · ${one.verifier} · ${one.claims.join(", ")}`);
    meta.className = "meta";
    return write("li", say(one.ko, one.en), meta);
  });
  const none = write("li", say("아직 보여 준 것이 없어요.", "Nothing was shown yet."));
  none.className = "quiet";
  find("history").replaceChildren(...(lines.length ? lines : [none]));
}

function readAsked(said: URLSearchParams): Asked {
  const [client, address, nonce, state] = ["client_id", "response_uri", "nonce", "state"].map((name) => said.get(name) ?? "") as [string, string, string, string];
  if (client !== `redirect_uri:${address}` || said.get("response_mode") !== "direct_post" || !nonce) throw new Problem(say("이 지갑이 모르는 방식의 요청이에요.", "This wallet doesn't know this kind of request."));
  return { client, address, nonce, state, query: JSON.parse(said.get("dcql_query") ?? "{}") as Query };
}

const covers = (claim: Claim, path: string[]): boolean => path.length <= claim.path.length && path.every((step, at) => step === claim.path[at]);

/** The first certificate that has everything that is asked for, with those claims. */
async function match(query: Query["credentials"][number]): Promise<[Held, Claim[]] | null> {
  const now = Date.now() / 1000;
  for (const held of (await list<Held>("held")).sort((a, b) => b.addedAt - a.addedAt)) {
    if (!query.meta.vct_values.includes(held.kind) || (readPayload(held.text).exp as number) < now) continue;
    const claims = await listClaims(held.text);
    const wanted = query.claims.map((one) => claims.find((claim) => covers(claim, one.path)));
    if (wanted.every((one) => one !== undefined)) return [held, wanted as Claim[]];
  }
  return null;
}

function listen(form: HTMLFormElement, act: () => Promise<void>): void {
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("button")!;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      show("problem", error instanceof Problem ? error.message : say("하지 못했어요. 다시 해 주세요.", "It did not work. Please try again."));
    } finally {
      button.disabled = false;
    }
  };
}

function drawOffer(offer: Offer): void {
  const section = find("offer");
  section.hidden = false;
  find("offer-words").textContent = say(`${new URL(offer.credential_issuer).host}에서 증명서를 주려고 해요.`, `${new URL(offer.credential_issuer).host} offers you a certificate.`);
  const pin = document.querySelector<HTMLInputElement>("#pin")!;
  pin.focus();
  listen(find<HTMLFormElement>("offer-form"), async () => {
    await accept(offer, pin.value.trim());
    pin.value = "";
    section.hidden = true;
    show("done", say("지갑에 담았어요.", "It is in your wallet."));
    await drawHeld();
  });
}

async function drawRequest(asked: Asked): Promise<void> {
  const query = asked.query.credentials[0];
  const found = query && asked.query.credentials.length === 1 ? await match(query) : null;
  if (!query || !found) throw new Problem(say("묻는 것에 답할 증명서가 지갑에 없어요.", "No certificate in the wallet answers this request."));
  const [held, claims] = found;
  const host = new URL(asked.address).host;
  const section = find("request");
  section.hidden = false;
  find("request-words").textContent = say(`${host}에서 ‘${held.ko}’의 아래 항목을 물어요. 다른 것은 알려 주지 않아요.`, `${host} asks for these parts of “${held.en}”. Nothing else is told.`);
  const boxes = claims.map((claim, at) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", id: `claim${at}`, checked: true });
    const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: `${nameClaim(held, claim.path)}: ${String(claim.value)}` });
    return { claim, box, line: Object.assign(document.createElement("div"), { className: "field check" }), label };
  });
  for (const { line, box, label } of boxes) line.append(box, label);
  find("request-claims").replaceChildren(...boxes.map((one) => one.line));
  find("decline").onclick = () => (section.hidden = true);
  listen(find<HTMLFormElement>("request-form"), async () => {
    const chosen = boxes.filter((one) => one.box.checked).map((one) => one.claim);
    const presentation = await present(held.text, chosen, asked.client, asked.nonce, held.keys.privateKey);
    await ask(asked.address, { method: "POST", body: new URLSearchParams({ vp_token: JSON.stringify({ [query.id]: [presentation] }), state: asked.state }) });
    await put("shown", { id: crypto.randomUUID(), at: Date.now(), verifier: host, ko: held.ko, en: held.en, claims: chosen.map((one) => nameClaim(held, one.path)) });
    section.hidden = true;
    show("done", say("보여 줬어요.", "It was shown."));
    await drawHistory();
  });
}

async function open(query: string): Promise<void> {
  try {
    const said = new URLSearchParams(query);
    if (said.has("credential_offer")) drawOffer(JSON.parse(said.get("credential_offer")!) as Offer);
    else if (said.has("dcql_query")) await drawRequest(readAsked(said));
    else throw new Problem(say("증명서나 요청의 링크가 아니에요.", "This is not the link of an offer or a request."));
  } catch (error) {
    show("problem", error instanceof Problem ? error.message : say("읽을 수 없는 링크예요.", "This link can't be read."));
  }
}

async function begin(): Promise<void> {
  await Promise.all([drawHeld(), drawHistory()]);
  listen(find<HTMLFormElement>("paste-form"), () => open(document.querySelector<HTMLInputElement>("#link")!.value.replace(/^[^?#]*[?#]/, "")));
  if (location.hash.length > 1) {
    const query = location.hash.slice(1);
    history.replaceState(null, "", location.pathname); // a code isn't kept in the browser's history
    await open(query);
  }
  addEventListener("hashchange", () => location.hash.length > 1 && open(location.hash.slice(1)));
}

void begin();
