/** Whether a certificate can still be shown: its own end, and its issuer's Token Status List, which doesn't learn whose turn it is. */
import { decode, readPayload } from "./sd-jwt";

/** Nothing where it is good, or where nobody can be asked. */
export type Trouble = "over" | "revoked" | "suspended" | null;

const SAID: Trouble[] = [null, "revoked", "suspended"];

export async function findTrouble(held: string): Promise<Trouble> {
  const { exp, status } = readPayload(held) as { exp: number; status?: { status_list: { uri: string; idx: number } } };
  if (exp * 1000 < Date.now()) return "over";
  if (!status || !navigator.onLine) return null;
  try {
    const { uri, idx } = status.status_list;
    const answer = await fetch(uri, { credentials: "omit", cache: "no-cache" });
    const { bits, lst } = readPayload(await answer.text()).status_list as { bits: number; lst: string };
    const packed = new Uint8Array(await new Response(new Blob([decode(lst)]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
    return SAID[(packed[(idx * bits) >> 3]! >> ((idx * bits) & 7)) & ((1 << bits) - 1)] ?? null;
  } catch {
    return null; // the house can't be reached, though there is a network
  }
}
