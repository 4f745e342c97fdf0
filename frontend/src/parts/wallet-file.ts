/** A wallet as a file: everything in it is sealed, and only its passphrase opens it. */
import { importKey, seal, unlock, unseal, type Lock, type Sealed } from "./wallet-lock";
import { change, list, listHeld, put, type Copy, type Held, type Kept, type Shown } from "./wallet-store";

type WalletFile = { madang: "wallet"; version: 1; lock: Lock; sealed: Sealed };
type SealedCopy = { text: string; isUsed: boolean; sealed: Sealed };
type Content = { held: (Omit<Held, "copies"> & { copies: SealedCopy[] })[]; shown: Shown[] };

export const findLock = async (): Promise<Lock | undefined> => (await list<Kept>("kept")).flatMap((one) => (one.id === "lock" ? [one.lock] : []))[0];

/** The file, how many certificates are in it, and how many aren't: those got before there was a passphrase. */
export async function writeFile(lock: Lock): Promise<{ file: Blob; count: number; missing: number }> {
  const all = await listHeld();
  const whole = all.filter((one) => one.copies.every((copy) => copy.sealed));
  const held = whole.map((one) => ({ ...one, copies: one.copies.map(({ text, isUsed, sealed }) => ({ text, isUsed, sealed: sealed! })) }));
  const content: Content = { held, shown: await list<Shown>("shown") };
  const sealed = await seal(lock, new TextEncoder().encode(JSON.stringify(content)));
  const said: WalletFile = { madang: "wallet", version: 1, lock, sealed };
  return { file: new Blob([JSON.stringify(said)], { type: "application/json" }), count: whole.length, missing: all.length - whole.length };
}

/**
 * Put what a file holds beside what is here, sealed for this wallet's passphrase; the file's becomes it where it has none.
 *
 * A copy that was shown, here or there, stays one that was shown.
 */
export async function readFile(text: string, passphrase: string): Promise<number> {
  const said = JSON.parse(text) as WalletFile;
  if (said.madang !== "wallet" || said.version !== 1) throw new SyntaxError("not a wallet's file");
  const [theirs, mine] = await Promise.all([unlock(said.lock, passphrase), findLock()]);
  const content = JSON.parse(new TextDecoder().decode(await unseal(theirs, said.sealed))) as Content;
  const open = async (copy: SealedCopy): Promise<Copy> => {
    const secret = await unseal(theirs, copy.sealed);
    return { ...copy, key: await importKey(secret), sealed: mine ? await seal(mine, secret) : copy.sealed };
  };
  const held = await Promise.all(content.held.map(async (one) => ({ ...one, copies: await Promise.all(one.copies.map(open)) })));
  if (!mine) await put("kept", { id: "lock", lock: said.lock });
  for (const one of held) await change(one.id, (here) => ({ ...one, copies: join(here?.copies ?? [], one.copies) }));
  for (const one of content.shown) await put("shown", one);
  return held.length;
}

function join(here: Copy[], theirs: Copy[]): Copy[] {
  const wasUsed = new Set(here.filter((one) => one.isUsed).map((one) => one.text));
  const texts = new Set(theirs.map((one) => one.text));
  return [...theirs.map((one) => ({ ...one, isUsed: one.isUsed || wasUsed.has(one.text) })), ...here.filter((one) => !texts.has(one.text))];
}
