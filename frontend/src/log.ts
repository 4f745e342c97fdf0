/**
 * The log of certificates, checked by this browser: the checkpoint's signature, that it only grew since this browser
 * last looked, and that entries stand in it. What was seen last is kept here, so that the house can't show everyone another log.
 */
import { Tree, hashEntry, type Bytes } from "./parts/merkle";
import { say } from "./parts/look";

type Checkpoint = { size: number; root: string };
type Seen = { key: string; note: string; at: number };

const SEEN = "madang-log";
const PLAIN = 1;
const ID_BYTES = 4;

class Problem extends Error {}

const read = (said: string): Bytes => Uint8Array.from(atob(said), (letter) => letter.charCodeAt(0));
const write = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));

/** What a signed note says, once the log's key (name+id+key, C2SP signed-note) is found to have signed it. */
async function verify(note: string, key: string): Promise<Checkpoint> {
  const [, name, id, rest] = key.trim().match(/^([^+]+)\+([0-9a-f]{8})\+(.+)$/) ?? [];
  const end = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, end);
  const raw = rest ? read(rest) : new Uint8Array();
  if (raw[0] !== PLAIN) throw new Problem(say("기록의 공개키를 읽을 수 없어요.", "The log's public key can't be read."));
  const verifier = await crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]).catch(() => {
    throw new Problem(say("이 브라우저는 Ed25519 서명을 확인하지 못해요. madang log verify를 써 주세요.", "This browser can't check Ed25519 signatures: use madang log verify."));
  });
  const [origin, size, root] = text.split("\n") as [string, string, string];
  for (const line of note.slice(end + 1).split("\n")) {
    const [, signer, said] = line.match(/^— (\S+) (\S+)$/) ?? [];
    const blob = said ? read(said) : new Uint8Array();
    const hex = [...blob.slice(0, ID_BYTES)].map((one) => one.toString(16).padStart(2, "0")).join("");
    if (signer !== name || hex !== id || origin !== name) continue;
    if (await crypto.subtle.verify("Ed25519", verifier, blob.slice(ID_BYTES), new TextEncoder().encode(text))) return { size: Number(size), root };
  }
  throw new Problem(say("요약의 서명이 틀려요.", "The checkpoint's signature is wrong."));
}

/** Check that the log goes on from what this browser saw last, and say so. */
async function compare(tree: Tree, now: Checkpoint, key: string, seen: Seen | null): Promise<string> {
  if (!seen) return say("이 브라우저는 처음 봐요. 다음부터는 오늘 본 것에서 늘어나기만 했는지 확인해요.", "This browser sees it for the first time. From now on it checks that the log only grew from what it saw today.");
  if (seen.key !== key) throw new Problem(say("기록의 공개키가 지난번과 달라요. 다른 기록이에요.", "The log's key is another than last time: this is another log."));
  const before = await verify(seen.note, key);
  const changed = new Problem(say("기록이 지난번에 본 것과 달라요. 누가 고치거나 지웠어요.", "The log isn't what this browser saw last: something was changed or removed."));
  if (before.size > now.size) throw changed;
  const [old, root] = await tree.rootsSince(before.size);
  if (write(old) !== before.root || write(root) !== now.root) throw changed;
  const when = new Date(seen.at).toLocaleString(document.documentElement.lang);
  return say(`${when}에 본 ${before.size.toLocaleString("ko")}건에서 늘어나기만 했어요. 고치거나 지운 것이 없어요.`, `It only grew from the ${before.size.toLocaleString("en")} entries that this browser saw on ${when}. Nothing was changed or removed.`);
}

async function checkEntry(tree: Tree, now: Checkpoint, line: HTMLElement, credential: string): Promise<void> {
  const number = Number(line.dataset.entry);
  const entry = await tree.readEntry(number);
  const isThere = new TextDecoder().decode(entry).includes(`"${credential}"`) && write(await tree.rootWith(number, await hashEntry(entry))) === now.root;
  if (!isThere) throw new Problem(say(`${number}번은 서명된 기록에 없어요.`, `Entry ${number} isn't in the log that was signed.`));
  line.querySelector("[data-proven]")!.textContent = say("서명된 기록에 들어 있어요", "proven to be in the signed log");
}

async function check(section: HTMLElement): Promise<string> {
  const get = async (path: string): Promise<Bytes> => {
    const answer = await fetch(`${section.dataset.log!}${path}`, { credentials: "omit" });
    if (!answer.ok) throw new Problem(say("기록을 받지 못했어요. 잠시 뒤 다시 해 주세요.", "The log can't be fetched. Please try again in a while."));
    return new Uint8Array(await answer.arrayBuffer());
  };
  const [note, key] = (await Promise.all([get("checkpoint"), get("key")])).map((one) => new TextDecoder().decode(one)) as [string, string];
  const now = await verify(note, key);
  const tree = new Tree(now.size, get);
  const words = await compare(tree, now, key, JSON.parse(localStorage.getItem(SEEN) ?? "null") as Seen | null);
  for (const line of section.querySelectorAll<HTMLElement>("[data-entry]")) await checkEntry(tree, now, line, section.dataset.credential!);
  localStorage.setItem(SEEN, JSON.stringify({ key, note, at: Date.now() } satisfies Seen));
  return say(`${now.size.toLocaleString("ko")}건의 요약에 서명이 맞아요. `, `The checkpoint of ${now.size.toLocaleString("en")} entries is signed. `) + words;
}

const section = document.querySelector<HTMLElement>("[data-log]");
const verdict = section?.querySelector<HTMLElement>("[data-verdict]");
if (section && verdict) {
  void check(section).then(
    (words) => ["success", words],
    (error: unknown) => ["danger", error instanceof Problem ? error.message : say("확인하지 못했어요. 다시 해 주세요.", "It could not be checked. Please try again.")],
  ).then(([kind, words]) => {
    verdict.classList.add(kind!);
    verdict.textContent = words!;
    const forget = section.querySelector<HTMLButtonElement>("[data-forget]")!;
    forget.hidden = kind !== "danger" || !localStorage.getItem(SEEN);
    forget.onclick = () => {
      localStorage.removeItem(SEEN);
      location.reload();
    };
  });
}
