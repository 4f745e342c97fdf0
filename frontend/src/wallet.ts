/** The wallet of a browser: certificates are fetched by OpenID4VCI 1.0 and shown by OpenID4VP 1.0, from here alone. */
import { say } from "./parts/look";
import { seal, type SealingKey } from "./parts/jwe";
import { fingerprint, listClaims, present, readPayload, type Claim } from "./parts/sd-jwt";
import { findLock, readFile, writeFile } from "./parts/wallet-file";
import { accept, ask, collect, comeBack, PRE_AUTHORIZED, Problem, Refusal, signIn, type Offer } from "./parts/wallet-issuer";
import { canScan, findReader, scan } from "./parts/wallet-camera";
import { makeLock } from "./parts/wallet-lock";
import { answer, type Found, type Query } from "./parts/wallet-query";
import { findTrouble, type Trouble } from "./parts/wallet-status";
import { change, findVault, list, listHeld, put, remove, setVault, type Copy, type Held, type Shown, type Waiting } from "./parts/wallet-store";
import { makeVault, NoPasskey, unlockVault, type Vault } from "./parts/wallet-vault";

type Asked = { client: string; address: string; nonce: string; state: string; query: Query; key: SealingKey | null };

const SHORTEST = 12;
const W3C = "vc+sd-jwt";
const TROUBLES: Record<NonNullable<Trouble>, [ko: string, en: string]> = { over: ["기한이 지났어요", "Expired"], revoked: ["폐기되어 쓸 수 없어요", "Revoked"], suspended: ["정지되어 지금은 쓸 수 없어요", "Suspended for now"] };

const find = <T extends HTMLElement>(name: string): T => document.querySelector<T>(`[data-${name}]`)!;

function show(name: "problem" | "done", words: string): void {
  for (const one of ["problem", "done"]) find(one).hidden = one !== name;
  find(name).textContent = words;
  find(name).focus(); // what was pressed may be far below
}

const findWords = (held: Held, path: string[]): number => held.words.findIndex((one) => one.path.join("\n") === path.join("\n"));

function nameClaim(held: Held, path: string[]): string {
  const words = held.words[findWords(held, path)];
  return words ? say(words.ko, words.en) : path.join(" › ");
}

/** A claim's value as people read it; the names of amounts of won end in _krw. */
function writeValue({ path, value }: Claim): string {
  if (typeof value === "number" && path.at(-1)!.endsWith("_krw")) return value.toLocaleString("ko");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
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
  for (const one of claims) facts.append(write("dt", nameClaim(held, one.path)), write("dd", writeValue(one)));
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
  const logged = Object.assign(write("a", say("발급 기록에서 확인", "Check it in the log of certificates")), { href: `${held.issuer}/log/witnesses/?credential=${await fingerprint(text)}` });
  const summary = write("summary", `${say(held.ko, held.en)}${held.format === W3C ? " (W3C VC)" : ""} · ${say(`${until}까지`, `until ${until}`)}`);
  void findTrouble(text).then((trouble) => {
    if (trouble) summary.append(" ", Object.assign(write("span", say(...TROUBLES[trouble])), { className: "krds-badge severe" }));
  });
  const one = write("details", "", summary, facts, copies, write("p", "", logged), button);
  one.className = "field";
  return one;
}

async function drawHistory(): Promise<void> {
  const all = (await list<Shown>("shown")).sort((a, b) => b.at - a.at);
  const lines = all.map((one) => {
    const meta = write("span", `${new Date(one.at).toLocaleString(document.documentElement.lang)} · ${one.verifier} · ${one.claims.join(", ")}${one.isUnsure ? say(" · 받았다는 답이 없었어요", " · no answer said that it was taken") : ""}`);
    meta.className = "meta";
    return write("li", say(one.ko, one.en), meta);
  });
  const none = write("li", say("아직 보여 준 것이 없어요.", "Nothing was shown yet."));
  none.className = "quiet";
  find("history").replaceChildren(...(lines.length ? lines : [none]));
  find("forget-form").hidden = !lines.length;
  listen(find<HTMLFormElement>("forget-form"), async () => {
    if (!confirm(say("이 기기의 기록을 지워요. 되돌릴 수 없어요.", "The list is cleared on this device. This can't be undone."))) return;
    for (const one of all) await remove("shown", one.id);
    await drawHistory();
  });
}

/** This page may speak to its own house alone (Content Security Policy): that is said before a copy counts as shown. */
function needHouse(address: string): void {
  if (new URL(address).origin !== location.origin) throw new Problem(say(`이 지갑은 ${location.host}하고만 주고받아요. 다른 곳의 링크는 그곳을 지원하는 지갑 앱으로 열어 주세요.`, `This wallet deals with ${location.host} alone. Please open the links of other places with a wallet app that knows them.`));
}

function readAsked(said: URLSearchParams): Asked {
  const [client, address, nonce, state] = ["client_id", "response_uri", "nonce", "state"].map((name) => said.get(name) ?? "") as [string, string, string, string];
  const mode = said.get("response_mode");
  const key = mode === "direct_post.jwt" ? findSealingKey(said) : null;
  if (client !== `redirect_uri:${address}` || (mode !== "direct_post" && !key) || !nonce || said.has("transaction_data")) throw new Problem(say("이 지갑이 모르는 방식의 요청이에요.", "This wallet doesn't know this kind of request."));
  needHouse(address);
  return { client, address, nonce, state, query: JSON.parse(said.get("dcql_query") ?? "{}") as Query, key };
}

function findSealingKey(said: URLSearchParams): SealingKey | null {
  const told = JSON.parse(said.get("client_metadata") ?? "{}") as { jwks?: { keys: SealingKey[] } };
  return told.jwks?.keys.find((one) => one.crv === "P-256" && one.alg === "ECDH-ES") ?? null;
}

async function writeAnswer(asked: Asked, token: Record<string, string[]>): Promise<URLSearchParams> {
  if (asked.key) return new URLSearchParams({ response: await seal({ vp_token: token, state: asked.state }, asked.key) });
  return new URLSearchParams({ vp_token: JSON.stringify(token), state: asked.state });
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

async function drawOffer(offer: Offer): Promise<void> {
  needHouse(offer.credential_issuer);
  if (!offer.grants?.[PRE_AUTHORIZED]) return signIn(offer.credential_issuer, offer.credential_configuration_ids[0]!);
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
  const found = asked.query.credentials?.length ? await answer(asked.query) : null;
  if (!found?.length) throw new Problem(say("묻는 것에 답할 증명서가 지갑에 없어요.", "No certificate in the wallet answers this request."));
  const host = new URL(asked.address).host;
  const section = find("request");
  section.hidden = false;
  const names = found.map(({ held }) => say(`‘${held.ko}’`, `“${held.en}”`)).join(", ");
  find("request-words").textContent = say(`${host}에서 ${names}의 아래 항목을 물어요. 다른 것은 알려 주지 않아요.`, `${host} asks for these parts of ${names}. Nothing else is told.`);
  const parts = found.map((one, at) => drawChoice(one, at));
  find("request-claims").replaceChildren(...parts.map((one) => one.set));
  find("again").hidden = !found.some((one) => one.copy.isUsed);
  find("decline").onclick = () => {
    section.hidden = true;
    void ask(asked.address, { method: "POST", body: new URLSearchParams({ error: "access_denied", state: asked.state }) }).catch(() => null); // who asked needn't wait
    show("done", say("보여 주지 않았어요. 물은 곳에는 거절했다고만 알려요.", "Nothing was shown. Who asked is told just that you declined."));
  };
  listen(find<HTMLFormElement>("request-form"), async () => {
    const token: Record<string, string[]> = {};
    const told: Shown[] = [];
    for (const { found: one, boxes } of parts) {
      const chosen = boxes.filter(({ box }) => box.checked).map(({ claim }) => claim);
      token[one.id] = [await present(one.copy.text, chosen, asked.client, asked.nonce, one.copy.key)];
      told.push({ id: crypto.randomUUID(), at: Date.now(), verifier: host, ko: one.held.ko, en: one.held.en, claims: chosen.map((claim) => nameClaim(one.held, claim.path)) });
    }
    for (const { found: one } of parts) await use(one.held, one.copy);
    for (const one of told) await put("shown", { ...one, isUnsure: true }); // as with copies: what is sent may have arrived
    await drawHistory();
    const taken = await ask<{ redirect_uri?: string }>(asked.address, { method: "POST", body: await writeAnswer(asked, token) });
    for (const one of told) await put("shown", one);
    section.hidden = true;
    show("done", say("보여 줬어요.", "It was shown."));
    await Promise.all([drawHeld(), drawHistory()]);
    // What asked goes on here, with whoever answered: only the house that was shown something may say where.
    if (taken.redirect_uri && new URL(taken.redirect_uri).origin === new URL(asked.address).origin) location.assign(taken.redirect_uri);
  });
}

/** The claims of one certificate to choose from. */
function drawChoice(found: Found, at: number): { found: Found; set: HTMLElement; boxes: { claim: Claim; box: HTMLInputElement }[] } {
  const set = write("fieldset", "", write("legend", say(found.held.ko, found.held.en)));
  const boxes = found.claims.map((claim, number) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", id: `claim${at}-${number}`, checked: true });
    const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: `${nameClaim(found.held, claim.path)}: ${writeValue(claim)}` });
    set.append(Object.assign(write("div", "", box, label), { className: "field check" }));
    return { claim, box };
  });
  return { found, set, boxes };
}

async function open(query: string): Promise<void> {
  for (const one of ["problem", "done", "offer", "request"]) find(one).hidden = true;
  try {
    const said = new URLSearchParams(query);
    if (said.has("credential_offer")) await drawOffer(JSON.parse(said.get("credential_offer")!) as Offer);
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
    const rest = missing ? say(` 암호를 정하기 전에 받은 ${missing}건은 빠졌어요. 다시 받은 뒤에 저장하면 들어가요.`, ` ${missing} from before the passphrase are not in it: get them again, then save.`) : "";
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
  if (canScan()) await findReader(); // it is a part of the page, too
  const cache = await caches.open("madang-wallet");
  const parts = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.startsWith(`${location.origin}/static/`));
  await cache.addAll([location.pathname, ...new Set(parts)].map((one) => new Request(one, { credentials: "omit" })));
}

/** Open a locked wallet; nothing of it is read before. */
async function needOpen(vault: Vault): Promise<void> {
  find("open").hidden = true;
  find("locked").hidden = false;
  for (const kind of ["passkey", "passphrase"] as const) find(`unlock-${kind}`).hidden = !vault.wraps.some((one) => one.kind === kind);
  await new Promise<void>((resolve) => {
    const unlock = async (passphrase: string | null): Promise<void> => {
      await unlockVault(vault, passphrase).catch((error: unknown) => {
        const words = error instanceof NoPasskey || passphrase === null ? say("패스키로 열지 못했어요. 다시 해 주세요.", "The passkey did not open it. Please try again.") : say("암호가 달라요.", "Another passphrase.");
        throw new Problem(words);
      });
      find("problem").hidden = true;
      resolve();
    };
    listen(find<HTMLFormElement>("unlock-passkey"), () => unlock(null));
    listen(find<HTMLFormElement>("unlock-passphrase"), () => unlock(document.querySelector<HTMLInputElement>("#unlock-passphrase")!.value));
  });
  document.querySelector<HTMLInputElement>("#unlock-passphrase")!.value = "";
  find("locked").hidden = true;
  find("open").hidden = false;
}

async function drawVault(): Promise<void> {
  const isLocked = (await findVault()) !== null;
  find("vault-off").hidden = isLocked;
  find("vault-on").hidden = !isLocked;
}

function listenToVault(): void {
  const lock = async (passphrase: string | null): Promise<void> => {
    const vault = await makeVault(passphrase).catch((error: unknown) => {
      if (passphrase !== null) throw error;
      const words = error instanceof NoPasskey ? say("이 기기의 패스키로는 잠글 수 없어요. 암호로 잠가 주세요.", "This device's passkeys can't lock it. Please use a passphrase.") : say("패스키를 만들지 않았어요.", "No passkey was made.");
      throw new Problem(words);
    });
    await setVault(vault);
    show("done", say("잠갔어요. 이 페이지를 다시 열면 먼저 물어봐요.", "It is locked. The next time you open this page it asks first."));
    await drawVault();
  };
  listen(find<HTMLFormElement>("lock-passkey"), () => lock(null));
  listen(find<HTMLFormElement>("lock-passphrase"), async () => {
    const field = document.querySelector<HTMLInputElement>("#lock-passphrase")!;
    await lock(needPassphrase(field));
    field.value = "";
  });
  listen(find<HTMLFormElement>("vault-on"), async () => {
    await setVault(null);
    show("done", say("이제 잠그지 않아요.", "It is not locked any more."));
    await drawVault();
  });
}

function listenToCamera(): void {
  if (!canScan()) return;
  find("scan-form").hidden = false;
  let stop = new AbortController();
  find("scan-stop").onclick = () => stop.abort();
  listen(find<HTMLFormElement>("scan-form"), async () => {
    stop = new AbortController();
    find("scanning").hidden = false;
    try {
      const said = await scan(document.querySelector<HTMLVideoElement>("#camera")!, stop.signal).catch(() => {
        throw new Problem(say("카메라를 쓸 수 없어요. 링크를 붙여 넣어 주세요.", "The camera can't be used. Please paste the link."));
      });
      if (said !== null) await open(said.replace(/^[^?#]*[?#]/, ""));
    } finally {
      find("scanning").hidden = true;
    }
  });
}

async function begin(): Promise<void> {
  if ("serviceWorker" in navigator && navigator.onLine) void stayUseful().catch(() => null);
  const vault = await findVault();
  if (vault) await needOpen(vault);
  await Promise.all([drawHeld(), drawHistory(), drawExport(), drawVault()]);
  listenToFiles();
  listenToVault();
  listenToCamera();
  const [kind, form] = [document.querySelector<HTMLSelectElement>("#kind")!, document.querySelector<HTMLSelectElement>("#form")!];
  listen(find<HTMLFormElement>("get-form"), () => signIn(`${location.origin}/wallet`, kind.value + form.value));
  const said = new URLSearchParams(location.search);
  if (said.has("state")) {
    history.replaceState(null, "", location.pathname); // nor is a code for signing in
    await comeBack(said).then(tell, (error: unknown) => show("problem", error instanceof Problem ? error.message : say("받지 못했어요.", "It could not be fetched.")));
  }
  if (navigator.onLine) await collectAll();
  listen(find<HTMLFormElement>("paste-form"), () => open(document.querySelector<HTMLInputElement>("#link")!.value.replace(/^[^?#]*[?#]/, "")));
  const openLink = async (): Promise<void> => {
    const query = location.hash.slice(1);
    if (!query) return;
    history.replaceState(null, "", location.pathname); // a code isn't kept in the browser's history
    await open(query);
  };
  addEventListener("hashchange", openLink);
  await openLink();
}

void begin();
