/** What a wallet keeps, in this browser's database and nowhere else: certificates with their keys, and a history. */
export type Words = { path: string[]; ko: string; en: string };
export type Held = { id: string; text: string; issuer: string; kind: string; ko: string; en: string; words: Words[]; keys: CryptoKeyPair; addedAt: number };
export type Shown = { id: string; at: number; verifier: string; ko: string; en: string; claims: string[] };

const STORES = ["held", "shown"] as const;
type Store = (typeof STORES)[number];

function finish<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open(store: Store, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open("madang-wallet", 1);
  request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name, { keyPath: "id" }));
  return (await finish(request)).transaction(store, mode).objectStore(store);
}

export async function list<T>(store: Store): Promise<T[]> {
  return finish((await open(store, "readonly")).getAll());
}

export async function put(store: Store, value: Held | Shown): Promise<void> {
  await finish((await open(store, "readwrite")).put(value));
}

export async function remove(store: Store, id: string): Promise<void> {
  await finish((await open(store, "readwrite")).delete(id));
}
