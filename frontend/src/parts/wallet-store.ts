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

/** Certificates, the last one got first; those of before there were copies count as one copy. */
export async function listHeld(): Promise<Held[]> {
  const all = await list<Old>("held");
  const whole = all.map((one) => ({ ...one, copies: one.copies ?? [{ text: one.text!, key: one.keys!.privateKey, isUsed: false }] }));
  return whole.sort((a, b) => b.addedAt - a.addedAt);
}

export async function put(store: Store, value: Held | Shown | Waiting | Kept): Promise<void> {
  await finish((await open(store, "readwrite")).put(value));
}

export async function remove(store: Store, id: string): Promise<void> {
  await finish((await open(store, "readwrite")).delete(id));
}
