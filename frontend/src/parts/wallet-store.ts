/** What a wallet keeps, in this browser's database and nowhere else: certificates with their keys, and a history. */
import type { Lock, Sealed } from "./wallet-lock";

export type Words = { path: string[]; ko: string; en: string };
/** One copy of a certificate and the key it is bound to; `sealed` is that key as the exported file has it. */
export type Copy = { text: string; key: CryptoKey; sealed?: Sealed; isUsed: boolean };
export type Held = { id: string; copies: Copy[]; issuer: string; kind: string; ko: string; en: string; words: Words[]; addedAt: number };
export type Shown = { id: string; at: number; verifier: string; ko: string; en: string; claims: string[] };
/** Certificates that somebody must approve before they are issued, and the keys they were asked for, by `x`. */
export type Waiting = { id: string; issuer: string; name: string; token: string; transaction: string; keys: { x: string; key: CryptoKey; sealed?: Sealed }[]; askedAt: number };
export type Kept = { id: "lock"; lock: Lock };

const STORES = ["held", "shown", "waiting", "kept"] as const;
type Store = (typeof STORES)[number];
type Old = Omit<Held, "copies"> & { text?: string; keys?: CryptoKeyPair; copies?: Copy[] };

function finish<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Wait until what was written is there to stay. */
function commit({ transaction }: IDBObjectStore): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

async function open(store: Store, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open("madang-wallet", 2);
  request.onupgradeneeded = () => {
    for (const name of STORES) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath: "id" });
  };
  return (await finish(request)).transaction(store, mode).objectStore(store);
}

export async function list<T>(store: Store): Promise<T[]> {
  return finish((await open(store, "readonly")).getAll());
}

/** A certificate of before there were copies counts as one copy. */
const widen = (one: Old): Held => ({ ...one, copies: one.copies ?? [{ text: one.text!, key: one.keys!.privateKey, isUsed: false }] });

/** Certificates, the last one got first. */
export async function listHeld(): Promise<Held[]> {
  return (await list<Old>("held")).map(widen).sort((a, b) => b.addedAt - a.addedAt);
}

/** Change what is kept of one certificate; no other page's change comes between. */
export async function change(id: string, act: (held: Held | undefined) => Held): Promise<void> {
  const store = await open("held", "readwrite");
  const found = await finish<Old | undefined>(store.get(id));
  store.put(act(found && widen(found)));
  await commit(store);
}

export async function put(name: Store, value: Held | Shown | Waiting | Kept): Promise<void> {
  const store = await open(name, "readwrite");
  store.put(value);
  await commit(store);
}

export async function remove(name: Store, id: string): Promise<void> {
  const store = await open(name, "readwrite");
  store.delete(id);
  await commit(store);
}
