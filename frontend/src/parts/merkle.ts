/** The log's tree as a browser reads it: hashes from tiles, which aren't believed but must lead to a signed root (RFC 6962, C2SP tlog-tiles). */
export type Bytes = Uint8Array<ArrayBuffer>;
/** Gives what the log serves at a path. */
export type Fetch = (path: string) => Promise<Bytes>;

const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
const HASH_BYTES = 32;

const hash = async (prefix: number[], ...parts: Bytes[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from([...prefix, ...parts.flatMap((one) => [...one])])));
export const hashEntry = (entry: Bytes): Promise<Bytes> => hash([0], entry);
const hashPair = (left: Bytes, right: Bytes): Promise<Bytes> => hash([1], left, right);

/** The path of a tile that has `width` hashes, or entries ("entries"): tile/0/x001/x234/067.p/8. */
function writePath(level: number | "entries", index: number, width: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g)!;
  const steps = groups.map((one, at) => (at < groups.length - 1 ? `x${one}` : one));
  return `tile/${level}/${steps.join("/")}${width < WIDTH ? `.p/${width}` : ""}`;
}

/** The tree of a log's first `size` entries. */
export class Tree {
  private tiles = new Map<string, Promise<Bytes>>();

  constructor(
    readonly size: number,
    private fetch: Fetch,
  ) {}

  private readTile(level: number | "entries", index: number): Promise<Bytes> {
    const whole = Math.floor(this.size / 2 ** (level === "entries" ? 0 : HEIGHT * level));
    const path = writePath(level, index, Math.min(WIDTH, whole - index * WIDTH));
    if (!this.tiles.has(path)) this.tiles.set(path, this.fetch(path));
    return this.tiles.get(path)!;
  }

  async readEntry(number: number): Promise<Bytes> {
    const bundle = await this.readTile("entries", Math.floor(number / WIDTH));
    let begin = 0;
    const length = (): number => bundle[begin]! * 256 + bundle[begin + 1]!;
    for (let left = number % WIDTH; left > 0; left--) begin += 2 + length();
    return bundle.slice(begin + 2, begin + 2 + length());
  }

  /** The hash of the full subtree at a level, from 0 at the entries. */
  private async readNode(level: number, index: number): Promise<Bytes> {
    const height = level % HEIGHT;
    const first = index * 2 ** height;
    const tile = await this.readTile((level - height) / HEIGHT, Math.floor(first / WIDTH));
    let hashes = Array.from({ length: 2 ** height }, (_, at) => tile.slice(((first % WIDTH) + at) * HASH_BYTES, ((first % WIDTH) + at + 1) * HASH_BYTES));
    while (hashes.length > 1) hashes = await Promise.all(hashes.filter((_, at) => at % 2 === 0).map((left, at) => hashPair(left, hashes[2 * at + 1]!)));
    return hashes[0]!;
  }

  /** The hash over entries from `begin`, a multiple of the power of two that holds them, up to `end`. */
  private async readRange(begin: number, end: number): Promise<Bytes> {
    let value: Bytes | null = null;
    for (let to = end; to > begin; ) {
      let level = 0;
      while ((to - begin) % 2 ** (level + 1) === 0) level++;
      const node = await this.readNode(level, to / 2 ** level - 1);
      value = value ? await hashPair(node, value) : node;
      to -= 2 ** level;
    }
    return value ?? hash([]);
  }

  private async climb(begin: number, end: number, isRead: (begin: number, end: number) => boolean, leaf?: Bytes): Promise<Bytes> {
    if (isRead(begin, end)) return this.readRange(begin, end);
    if (end - begin === 1) return leaf!;
    let half = 1;
    while (half * 2 < end - begin) half *= 2;
    return hashPair(await this.climb(begin, begin + half, isRead, leaf), await this.climb(begin + half, end, isRead, leaf));
  }

  /** The root that this tree has where an entry with hash `leaf` stands at `number`. */
  rootWith(number: number, leaf: Bytes): Promise<Bytes> {
    return this.climb(0, this.size, (begin, end) => number < begin || number >= end, leaf);
  }

  /** The roots of the first `old` entries and of all, from the same hashes: where both are those that were signed, it only grew. */
  async rootsSince(old: number): Promise<[Bytes, Bytes]> {
    return [await this.readRange(0, old), await this.climb(0, this.size, (begin, end) => end <= old || begin >= old)];
  }
}
