/** What a wallet keeps, in this browser's database and nowhere else: certificates with their keys, and a history. */
import type { Lock, Sealed } from "./wallet-lock";
import { forgetKey, openRow, sealRow, type SealedRow, type Vault } from "./wallet-vault";

export type Words = { path: string[]; ko: string; en: string };
/** One copy of a certificate and the key it is bound to; `sealed` is that key as the exported file has it. */
export type Copy = { text: string; key: CryptoKey; sealed?: Sealed; isUsed: boolean };
export type Held = { id: string; copies: Copy[]; issuer: string; kind: string; format?: string; ko: string; en: string; words: Words[]; addedAt: number };
/** What was shown to whom; `isUnsure` where no answer said that it was taken, though it may have arrived. */
export type Shown = { id: string; at: number; verifier: string; ko: string; en: string; claims: string[]; isUnsure?: boolean };
/** Certificates that somebody must approve before they are issued, and the keys they were asked for, by `x`. */
export type Waiting = { id: string; issuer: string; name: string; token: string; transaction: string; keys: { x: string; key: CryptoKey; sealed?: Sealed }[]; askedAt: number };
export type Kept = { id: "lock"; lock: Lock } | { id: "vault"; vault: Vault };

const STORES = ["held", "shown", "waiting", "kept"] as const;
type Store = (typeof STORES)[number];
type Row = { id: string } | SealedRow;
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
  return (await begin(mode)).objectStore(store);
}

async function begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
  const request = indexedDB.open("madang-wallet", 2);
  request.onupgradeneeded = () => {
    for (const name of STORES) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath: "id" });
  };
  return (await finish(request)).transaction(STORES, mode);
}

/** Writers take turns, in every window: what is sealed takes longer than a transaction of the database waits. */
const inTurn = <T>(act: () => Promise<T>): Promise<T> => navigator.locks.request("madang-wallet", act) as Promise<T>;

export async function list<T>(store: Store): Promise<T[]> {
  const rows = await finish<Row[]>((await open(store, "readonly")).getAll());
  return Promise.all(rows.map((one) => decode<T>(store, one)));
}

const decode = async <T>(store: Store, row: Row): Promise<T> => ("data" in row ? openRow<T>(store, row) : (row as T));

/** How a row is kept: as it is, or sealed where the wallet is locked. What opens the wallet is never sealed itself. */
async function encode(store: Store, row: { id: string }): Promise<Row> {
  return store !== "kept" && (await findVault()) ? sealRow(store, row) : row;
}

export async function findVault(): Promise<Vault | null> {
  const kept = await finish<Kept | undefined>((await open("kept", "readonly")).get("vault"));
  return kept?.id === "vault" ? kept.vault : null;
}

/** Lock the wallet: everything in it is sealed at once, or nothing is. With null it is kept open from now on. */
export function setVault(vault: Vault | null): Promise<void> {
  return inTurn(async () => {
    const rows: [Store, Row][] = [];
    for (const store of STORES) {
      if (store === "kept") continue;
      for (const one of await list<{ id: string }>(store)) rows.push([store, vault ? await sealRow(store, one) : one]);
    }
    const transaction = await begin("readwrite");
    for (const [store, row] of rows) transaction.objectStore(store).put(row);
    const kept = transaction.objectStore("kept");
    if (vault) kept.put({ id: "vault", vault });
    else kept.delete("vault");
    await commit(kept);
    if (!vault) forgetKey();
  });
}

/** A certificate of before there were copies counts as one copy. */
const widen = (one: Old): Held => ({ ...one, copies: one.copies ?? [{ text: one.text!, key: one.keys!.privateKey, isUsed: false }] });

/** Certificates, the last one got first. */
export async function listHeld(): Promise<Held[]> {
  return (await list<Old>("held")).map(widen).sort((a, b) => b.addedAt - a.addedAt);
}

/** Change what is kept of one certificate; no other page's change comes between. */
export function change(id: string, act: (held: Held | undefined) => Held): Promise<void> {
  return inTurn(async () => {
    const row = await finish<Row | undefined>((await open("held", "readonly")).get(id));
    const found = row && (await decode<Old>("held", row));
    await write("held", act(found && widen(found)));
  });
}

export function put(name: Store, value: Held | Shown | Waiting | Kept): Promise<void> {
  return inTurn(() => write(name, value));
}

async function write(name: Store, value: { id: string }): Promise<void> {
  const row = await encode(name, value);
  const store = await open(name, "readwrite");
  store.put(row);
  await commit(store);
}

export async function remove(name: Store, id: string): Promise<void> {
  const store = await open(name, "readwrite");
  store.delete(id);
  await commit(store);
}
