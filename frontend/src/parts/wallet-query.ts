/** What of the wallet's certificates answers a DCQL query (OpenID4VP 1.0, section 6): which certificates, which claims, no more. */
import { listClaims, readPayload, type Claim } from "./sd-jwt";
import { listHeld, type Copy, type Held } from "./wallet-store";

type ClaimQuery = { id?: string; path: (string | number | null)[]; values?: unknown[] };
type Meta = { vct_values?: string[]; type_values?: string[][] };
type One = { id: string; format: string; meta: Meta; claims?: ClaimQuery[]; claim_sets?: string[][] };
export type Query = { credentials: One[]; credential_sets?: { options: string[][]; required?: boolean }[] };
/** A certificate that answers one part of a query, a copy of it, and the claims that are to be shown. */
export type Found = { id: string; held: Held; copy: Copy; claims: Claim[] };

const VERIFIABLE = "VerifiableCredential";

/** What answers the query, in its order; null where something that is required can't be answered. */
export async function answer(query: Query): Promise<Found[] | null> {
  const found = new Map<string, Found>();
  for (const one of query.credentials) {
    const matched = await match(one);
    if (matched) found.set(one.id, matched);
  }
  const sets = query.credential_sets ?? [{ options: [query.credentials.map((one) => one.id)] }];
  const chosen = new Set<string>();
  for (const { options, required } of sets) {
    const option = options.find((ids) => ids.every((id) => found.has(id)));
    if (option && required !== false) option.forEach((id) => chosen.add(id)); // what isn't required isn't told
    else if (required !== false) return null;
  }
  return [...found.values()].filter((one) => chosen.has(one.id));
}

/** A certificate with everything that one part asks for; with a copy that nobody saw yet, where there is one. */
async function match(asked: One): Promise<Found | null> {
  let shown: Found | null = null;
  for (const held of await listHeld()) {
    const copy = held.copies.find((one) => !one.isUsed) ?? held.copies[0]!;
    if (!isKind(asked, held) || (readPayload(copy.text).exp as number) < Date.now() / 1000) continue;
    const claims = choose(asked, await listClaims(copy.text));
    if (!claims) continue;
    const found = { id: asked.id, held, copy, claims };
    if (!copy.isUsed) return found;
    shown ??= found;
  }
  return shown;
}

function isKind({ format, meta }: One, held: Held): boolean {
  if (format !== (held.format ?? "dc+sd-jwt")) return false;
  if (meta.vct_values) return meta.vct_values.includes(held.kind);
  return meta.type_values?.some((types) => types.every((one) => one === VERIFIABLE || one === held.kind)) ?? true;
}

function choose(asked: One, claims: Claim[]): Claim[] | null {
  const all = asked.claims ?? [];
  const sets = asked.claim_sets?.map((ids) => all.filter((one) => one.id !== undefined && ids.includes(one.id))) ?? [all];
  for (const wanted of sets) {
    const found = wanted.map(({ path, values }) => claims.find((claim) => covers(claim, path) && (!values || values.includes(claim.value))));
    if (found.every((one) => one !== undefined)) return [...new Set(found as Claim[])];
  }
  return null;
}

const covers = (claim: Claim, path: ClaimQuery["path"]): boolean => path.length <= claim.path.length && path.every((step, at) => step === claim.path[at]);
