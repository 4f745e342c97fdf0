/** The wallet of a browser: certificates are fetched by OpenID4VCI 1.0 and shown by OpenID4VP 1.0, from here alone. */
import { say } from "./parts/look";
import { seal, type SealingKey } from "./parts/jwe";
import { listClaims, present, readPayload, type Claim } from "./parts/sd-jwt";
import { findLock, readFile, writeFile } from "./parts/wallet-file";
import { accept, ask, collect, comeBack, Problem, Refusal, signIn, type Offer } from "./parts/wallet-issuer";
import { makeLock } from "./parts/wallet-lock";
import { change, list, listHeld, put, remove, type Copy, type Held, type Shown, type Waiting } from "./parts/wallet-store";

type Query = { credentials: { id: string; meta: { vct_values: string[] }; claims: { path: string[] }[] }[] };
type Asked = { client: string; address: string; nonce: string; state: string; query: Query; key: SealingKey | null };

const SHORTEST = 12;

const find = <T extends HTMLElement>(name: string): T => document.querySelector<T>(`[data-${name}]`)!;

function show(name: "problem" | "done", words: string): void {
  for (const one of ["problem", "done"]) find(one).hidden = one !== name;
  find(name).textContent = words;
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
  const [all, waiting] = await Promise.all([listHeld(), list<Waiting>("waiting")]);
  find("none").hidden = all.length + waiting.length > 0;
  const lines = waiting.map((one) => write("p", say(`승인을 기다리고 있어요: ${one.name}`, `Waiting for approval: ${one.name}`)));
  find("held").replaceChildren(...lines, ...(await Promise.all(all.map(drawOne))));
}

async function drawOne(held: Held): Promise<HTMLElement> {
  const facts = document.createElement("dl");
  facts.className = "facts";
  const text = held.copies[0]!.text;
  const claims = (await listClaims(text)).sort((a, b) => findWords(held, a.path) - findWords(held, b.path));
  for (const { path, value } of claims) facts.append(write("dt", nameClaim(held, path)), write("dd", typeof value === "object" ? JSON.stringify(value) : String(value)));
  const until = new Date((readPayload(text).exp as number) * 1000).toLocaleDateString(document.documentElement.lang);
  const button = write("button", say("지우기", "Remove"));
  button.className = "krds-btn small danger";
  button.addEventListener("click", async () => {
    if (!confirm(say("이 기기에서 지워요. 다시 쓰려면 새로 받아야 해요.", "It is removed from this device. To use it again you must get a new one."))) return;
    await remove("held", held.id);
    await drawHeld();
  });
  const left = held.copies.filter((one) => !one.isUsed).length;
  const copies = write("p", left ? say(`한 번씩 쓰는 사본이 ${left}벌 남았어요.`, `${left} copies are left, each shown once.`) : say("사본을 모두 썼어요. 새로 받아 주세요.", "Every copy was shown. Please get a new one."));
  copies.className = "quiet";
  const one = write("details", "", write("summary", `${say(held.ko, held.en)} · ${say(`${until}까지`, `until ${until}`)}`), facts, copies, button);
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
  const mode = said.get("response_mode");
  const key = mode === "direct_post.jwt" ? findSealingKey(said) : null;
  if (client !== `redirect_uri:${address}` || (mode !== "direct_post" && !key) || !nonce) throw new Problem(say("이 지갑이 모르는 방식의 요청이에요.", "This wallet doesn't know this kind of request."));
  return { client, address, nonce, state, query: JSON.parse(said.get("dcql_query") ?? "{}") as Query, key };
}

function findSealingKey(said: URLSearchParams): SealingKey | null {
  const told = JSON.parse(said.get("client_metadata") ?? "{}") as { jwks?: { keys: SealingKey[] } };
  return told.jwks?.keys.find((one) => one.crv === "P-256" && one.alg === "ECDH-ES") ?? null;
}

async function writeAnswer(asked: Asked, id: string, presentation: string): Promise<URLSearchParams> {
  const token = { [id]: [presentation] };
  if (asked.key) return new URLSearchParams({ response: await seal({ vp_token: token, state: asked.state }, asked.key) });
  return new URLSearchParams({ vp_token: JSON.stringify(token), state: asked.state });
}

const covers = (claim: Claim, path: string[]): boolean => path.length <= claim.path.length && path.every((step, at) => step === claim.path[at]);

/** A certificate that has everything that is asked for, those claims, and a copy of it: one that nobody saw yet, where there is one. */
async function match(query: Query["credentials"][number]): Promise<[Held, Copy, Claim[]] | null> {
  const now = Date.now() / 1000;
  let shown: [Held, Copy, Claim[]] | null = null;
  for (const held of await listHeld()) {
    const copy = held.copies.find((one) => !one.isUsed) ?? held.copies[0]!;
    if (!query.meta.vct_values.includes(held.kind) || (readPayload(copy.text).exp as number) < now) continue;
    const claims = await listClaims(copy.text);
    const wanted = query.claims.map((one) => claims.find((claim) => covers(claim, one.path)));
    if (!wanted.every((one) => one !== undefined)) continue;
    const found: [Held, Copy, Claim[]] = [held, copy, wanted as Claim[]];
    if (!copy.isUsed) return found;
    shown ??= found;
  }
  return shown;
}

/** Mark a copy as shown, before it is: what is sent once may have arrived, whatever the network says. */
async function use(held: Held, copy: Copy): Promise<void> {
  await change(held.id, (now) => {
    const kept = now?.copies.find((one) => one.text === copy.text);
    if (!now || !kept || (kept.isUsed && !copy.isUsed)) throw new Problem(say("다른 창에서 이미 보여 줬거나 지운 증명서예요. 링크를 다시 열어 주세요.", "It was shown or removed in another window. Please open the link again."));
    kept.isUsed = true;
    return now;
  });
  copy.isUsed = true;
}

function listen(form: HTMLFormElement, act: () => Promise<void>): void {
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("button")!;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      const words = navigator.onLine ? say("하지 못했어요. 다시 해 주세요.", "It did not work. Please try again.") : say("인터넷에 연결되어 있지 않아요.", "You are offline.");
      show("problem", error instanceof Problem ? error.message : words);
    } finally {
      button.disabled = false;
    }
  };
}

async function tell(isThere: boolean | null): Promise<void> {
  if (isThere === null) show("problem", say("받지 않았어요.", "Nothing was fetched."));
  else show("done", isThere ? say("지갑에 담았어요.", "It is in your wallet.") : say("신청했어요. 승인되면 이 지갑이 받아 와요.", "Asked for. This wallet fetches it when it is approved."));
  await drawHeld();
}

/** Fetch what was approved since; what was refused says why, and isn't asked for again. */
async function collectAll(): Promise<void> {
  for (const one of await list<Waiting>("waiting")) {
    try {
      if (await collect(one)) await tell(true);
    } catch (error) {
      if (!(error instanceof Refusal)) continue; // it waits on: the next visit asks again
      await remove("waiting", one.id);
      show("problem", error.message);
    }
  }
  await drawHeld();
}

function drawOffer(offer: Offer): void {
  const section = find("offer");
  section.hidden = false;
  find("offer-words").textContent = say(`${new URL(offer.credential_issuer).host}에서 증명서를 주려고 해요.`, `${new URL(offer.credential_issuer).host} offers you a certificate.`);
  const pin = document.querySelector<HTMLInputElement>("#pin")!;
  pin.focus();
  listen(find<HTMLFormElement>("offer-form"), async () => {
    const isThere = await accept(offer, pin.value.trim());
    pin.value = "";
    section.hidden = true;
    await tell(isThere);
  });
}

async function drawRequest(asked: Asked): Promise<void> {
  const query = asked.query.credentials[0];
  const found = query && asked.query.credentials.length === 1 ? await match(query) : null;
  if (!query || !found) throw new Problem(say("묻는 것에 답할 증명서가 지갑에 없어요.", "No certificate in the wallet answers this request."));
  const [held, copy, claims] = found;
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
  find("again").hidden = !copy.isUsed;
  find("decline").onclick = () => (section.hidden = true);
  listen(find<HTMLFormElement>("request-form"), async () => {
    const chosen = boxes.filter((one) => one.box.checked).map((one) => one.claim);
    const presentation = await present(copy.text, chosen, asked.client, asked.nonce, copy.key);
    await use(held, copy);
    const taken = await ask<{ redirect_uri?: string }>(asked.address, { method: "POST", body: await writeAnswer(asked, query.id, presentation) });
    await put("shown", { id: crypto.randomUUID(), at: Date.now(), verifier: host, ko: held.ko, en: held.en, claims: chosen.map((one) => nameClaim(held, one.path)) });
    section.hidden = true;
    show("done", say("보여 줬어요.", "It was shown."));
    await Promise.all([drawHeld(), drawHistory()]);
    // What asked goes on here, with whoever answered: only the house that was shown something may say where.
    if (taken.redirect_uri && new URL(taken.redirect_uri).origin === new URL(asked.address).origin) location.assign(taken.redirect_uri);
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

function needPassphrase(field: HTMLInputElement): string {
  if (field.value.length < SHORTEST) throw new Problem(say(`암호는 ${SHORTEST}자 이상이어야 해요.`, `A passphrase has ${SHORTEST} characters or more.`));
  return field.value;
}

async function drawExport(): Promise<void> {
  const lock = await findLock();
  find("lock-form").hidden = lock !== undefined;
  find("export-form").hidden = lock === undefined;
}

function listenToFiles(): void {
  listen(find<HTMLFormElement>("lock-form"), async () => {
    const field = document.querySelector<HTMLInputElement>("#new-passphrase")!;
    await put("kept", { id: "lock", lock: await makeLock(needPassphrase(field)) });
    field.value = "";
    show("done", say("이제부터 받는 증명서는 파일로 옮길 수 있어요.", "Certificates you get from now on can be saved to a file."));
    await drawExport();
  });
  listen(find<HTMLFormElement>("export-form"), async () => {
    const { file, count, missing } = await writeFile((await findLock())!);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "wallet.json" });
    link.click();
    URL.revokeObjectURL(link.href);
    const rest = missing ? say(` 암호를 정하기 전에 받은 ${missing}건은 빠졌어요.`, ` ${missing} from before the passphrase are not in it.`) : "";
    show("done", say(`증명서 ${count}건을 저장했어요.`, `${count} certificates were saved.`) + rest);
  });
  listen(find<HTMLFormElement>("restore-form"), async () => {
    const file = document.querySelector<HTMLInputElement>("#file")!.files?.[0];
    const field = document.querySelector<HTMLInputElement>("#passphrase")!;
    if (!file) throw new Problem(say("파일을 골라 주세요.", "Please choose a file."));
    const count = await readFile(await file.text(), field.value).catch(() => {
      throw new Problem(say("암호가 다르거나 지갑 파일이 아니에요.", "Another passphrase, or not a wallet's file."));
    });
    field.value = "";
    show("done", say(`증명서 ${count}건을 되살렸어요.`, `${count} certificates were restored.`));
    await Promise.all([drawHeld(), drawHistory(), drawExport()]);
  });
}

/** Keep this page and what it is made of, as a stranger sees it, so that it opens without a network. */
async function stayUseful(): Promise<void> {
  await navigator.serviceWorker.register("/wallet/holder/worker.js");
  const cache = await caches.open("madang-wallet");
  const parts = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.startsWith(`${location.origin}/static/`));
  await cache.addAll([location.pathname, ...new Set(parts)].map((one) => new Request(one, { credentials: "omit" })));
}

async function begin(): Promise<void> {
  if ("serviceWorker" in navigator && navigator.onLine) void stayUseful().catch(() => null);
  await Promise.all([drawHeld(), drawHistory(), drawExport()]);
  listenToFiles();
  const kind = document.querySelector<HTMLSelectElement>("#kind")!;
  listen(find<HTMLFormElement>("get-form"), () => signIn(`${location.origin}/wallet`, kind.value));
  const said = new URLSearchParams(location.search);
  if (said.has("state")) {
    history.replaceState(null, "", location.pathname); // nor is a code for signing in
    await comeBack(said).then(tell, (error: unknown) => show("problem", error instanceof Problem ? error.message : say("받지 못했어요.", "It could not be fetched.")));
  }
  if (navigator.onLine) await collectAll();
  listen(find<HTMLFormElement>("paste-form"), () => open(document.querySelector<HTMLInputElement>("#link")!.value.replace(/^[^?#]*[?#]/, "")));
  if (location.hash.length > 1) {
    const query = location.hash.slice(1);
    history.replaceState(null, "", location.pathname); // a code isn't kept in the browser's history
    await open(query);
  }
  addEventListener("hashchange", () => location.hash.length > 1 && open(location.hash.slice(1)));
}

void begin();
