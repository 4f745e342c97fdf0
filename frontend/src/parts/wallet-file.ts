/** A wallet as a file: everything in it is sealed, and only its passphrase opens it. */
import { importKey, seal, unlock, unseal, type Lock, type Sealed } from "./wallet-lock";
import { list, listHeld, put, type Held, type Kept, type Shown } from "./wallet-store";

type WalletFile = { madang: "wallet"; version: 1; lock: Lock; sealed: Sealed };
type Content = { held: (Omit<Held, "copies"> & { copies: { text: string; isUsed: boolean; sealed: Sealed }[] })[]; shown: Shown[] };

export const findLock = async (): Promise<Lock | undefined> => (await list<Kept>("kept"))[0]?.lock;

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

/** Put what a file holds beside what is here; its passphrase becomes this wallet's where it has none. */
export async function readFile(text: string, passphrase: string): Promise<number> {
  const said = JSON.parse(text) as WalletFile;
  if (said.madang !== "wallet" || said.version !== 1) throw new SyntaxError("not a wallet's file");
  const key = await unlock(said.lock, passphrase);
  const content = JSON.parse(new TextDecoder().decode(await unseal(key, said.sealed))) as Content;
  for (const one of content.held) {
    const copies = await Promise.all(one.copies.map(async (copy) => ({ ...copy, key: await importKey(await unseal(key, copy.sealed)) })));
    await put("held", { ...one, copies });
  }
  for (const one of content.shown) await put("shown", one);
  if (!(await findLock())) await put("kept", { id: "lock", lock: said.lock });
  return content.held.length;
}
