/** A ballot made on the voter's own device (Belenios 2.0, sections 4.8 to 4.15). */
export type Group = { p: string; q: string; g: string };
export type Order = { uuid: string; election: string; group: Group; code: string; choices: number[][] };
/** A ballot encrypted and not yet signed: nobody can cast it. Its seal is what the voter sees before deciding what happens to it. */
export type Sealed = { unsigned: string; seal: string; opening: string };
type Question = { answers: string[]; blank?: boolean; min: number; max: number };
type Ciphertext = { alpha: bigint; beta: bigint; r: bigint };
type Proof = { challenge: string; response: string };

const encoder = new TextEncoder();

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

async function fingerprint(text: string): Promise<string> {
  return btoa(String.fromCharCode(...(await sha256(text)))).replace(/=+$/, "");
}

class Voter {
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  private tables = new Map<bigint, bigint[][]>();
  /** The random exponents of every question's ciphertexts: they open a ballot that is challenged. */
  readonly randomness: string[][] = [];

  constructor(group: Group, readonly y: bigint) {
    [this.p, this.q, this.g] = [BigInt(group.p), BigInt(group.q), BigInt(group.g)];
  }

  power(base: bigint, exponent: bigint): bigint {
    let found = 1n;
    for (let square = base % this.p, left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) found = (found * square) % this.p;
      square = (square * square) % this.p;
    }
    return found;
  }

  /** Powers of the two bases that come again and again, four bits at a time. */
  fixed(base: bigint, exponent: bigint): bigint {
    let table = this.tables.get(base);
    if (!table) {
      table = [];
      for (let bits = this.q, step = base; bits > 0n; bits >>= 4n) {
        const row = [1n];
        for (let at = 1; at < 16; at++) row.push((row[at - 1]! * step) % this.p);
        table.push(row);
        step = (row[15]! * step) % this.p;
      }
      this.tables.set(base, table);
    }
    let found = 1n;
    for (let place = 0, left = exponent; left > 0n; left >>= 4n, place++) found = (found * table[place]![Number(left & 15n)]!) % this.p;
    return found;
  }

  pick(): bigint {
    const bytes = new Uint8Array(this.q.toString(16).length / 2 + 9);
    return toNumber(crypto.getRandomValues(bytes)) % this.q;
  }

  async hash(text: string): Promise<bigint> {
    return toNumber(await sha256(text)) % this.q;
  }

  encrypt(value: number): Ciphertext {
    const r = this.pick();
    return { alpha: this.fixed(this.g, r), beta: (this.fixed(this.y, r) * (value ? this.g : 1n)) % this.p, r };
  }

  add(parts: Ciphertext[]): Ciphertext {
    return parts.reduce((sum, one) => ({ alpha: (sum.alpha * one.alpha) % this.p, beta: (sum.beta * one.beta) % this.p, r: (sum.r + one.r) % this.q }), { alpha: 1n, beta: 1n, r: 0n });
  }

  /** Prove that one of the claims (ciphertext, number) holds, without saying which. */
  async proveOneOf(claims: [Ciphertext, number][], truth: number, prefix: string): Promise<Proof[]> {
    const inverse = this.power(this.g, this.q - 1n);
    const made = claims.map(([one, value], at) => {
      if (at === truth) return { challenge: 0n, response: 0n, a: 0n, b: 0n };
      const [challenge, response] = [this.pick(), this.pick()];
      const rest = (one.beta * this.power(inverse, BigInt(value))) % this.p;
      return {
        challenge,
        response,
        a: (this.fixed(this.g, response) * this.power(one.alpha, challenge)) % this.p,
        b: (this.fixed(this.y, response) * this.power(rest, challenge)) % this.p,
      };
    });
    const w = this.pick();
    const own = made[truth]!;
    [own.a, own.b] = [this.fixed(this.g, w), this.fixed(this.y, w)];
    const whole = await this.hash(prefix + made.map(({ a, b }) => `${a},${b}`).join(","));
    const others = made.reduce((sum, one) => sum + one.challenge, 0n);
    own.challenge = (((whole - others) % this.q) + this.q) % this.q;
    own.response = (((w - claims[truth]![0].r * own.challenge) % this.q) + this.q) % this.q;
    return made.map(({ challenge, response }) => ({ challenge: `${challenge}`, response: `${response}` }));
  }

  async answer(question: Question, chosen: number[], start: string): Promise<object> {
    const cast = chosen.map((value) => this.encrypt(value));
    this.randomness.push(cast.map(({ r }) => `${r}`));
    const individual = [];
    for (const [at, one] of cast.entries()) individual.push(await this.proveOneOf([[one, 0], [one, 1]], chosen[at]!, `prove|${start}|${one.alpha},${one.beta}|`));
    const whole = `${start}|${cast.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
    const allowed = Array.from({ length: question.max - question.min + 1 }, (_, at) => question.min + at);
    const answer = { choices: cast.map(({ alpha, beta }) => ({ alpha: `${alpha}`, beta: `${beta}` })), individual_proofs: individual };
    if (!question.blank) {
      const total = this.add(cast);
      const index = chosen.reduce((sum, one) => sum + one, 0) - question.min;
      return { ...answer, overall_proof: await this.proveOneOf(allowed.map((value) => [total, value]), index, `prove|${whole}|${total.alpha},${total.beta}|`) };
    }
    const [blank, ...rest] = cast;
    const total = this.add(rest);
    const isBlank = chosen[0] === 1;
    const index = isBlank ? 0 : 1 + chosen.slice(1).reduce((sum, one) => sum + one, 0) - question.min;
    const claims: [Ciphertext, number][] = [[blank!, 1], ...allowed.map((value): [Ciphertext, number] => [total, value])];
    return {
      ...answer,
      overall_proof: await this.proveOneOf(claims, index, `bproof1|${whole}|`),
      blank_proof: await this.proveOneOf([[blank!, 0], [total, 0]], isBlank ? 1 : 0, `bproof0|${whole}|`),
    };
  }
}

async function deriveSecret(code: string, uuid: string, q: bigint): Promise<bigint> {
  const key = await crypto.subtle.importKey("raw", encoder.encode(code), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: encoder.encode(uuid), iterations: 1000 }, key, 256);
  return toNumber(new Uint8Array(bits)) % q;
}

/** What stands on the board for a code. */
export async function derivePublic(code: string, uuid: string, group: Group): Promise<bigint> {
  const voter = new Voter(group, 1n);
  return voter.power(voter.g, await deriveSecret(code, uuid, voter.q));
}

export async function sealBallot({ uuid, election, group, code, choices }: Order): Promise<Sealed> {
  const said = JSON.parse(election) as { public_key: string; questions: Question[] };
  const voter = new Voter(group, BigInt(said.public_key));
  const credential = voter.fixed(voter.g, await deriveSecret(code, uuid, voter.q));
  const mark = await fingerprint(election);
  const answers = [];
  for (const [at, question] of said.questions.entries()) answers.push(await voter.answer(question, choices[at]!, `${mark}|${credential}`));
  const unsigned = JSON.stringify({ election_uuid: uuid, election_hash: mark, credential: `${credential}`, answers });
  return { unsigned, seal: await fingerprint(unsigned), opening: JSON.stringify({ ballot: JSON.parse(unsigned), choices, randomness: voter.randomness }) };
}

export async function signBallot({ uuid, election, group, code }: Order, { unsigned, seal }: Sealed): Promise<{ ballot: string; tracker: string }> {
  const voter = new Voter(group, BigInt((JSON.parse(election) as { public_key: string }).public_key));
  const secret = await deriveSecret(code, uuid, voter.q);
  const w = voter.pick();
  const challenge = await voter.hash(`sig|${seal}|${voter.fixed(voter.g, w)}`);
  const response = (((w - secret * challenge) % voter.q) + voter.q) % voter.q;
  const ballot = JSON.stringify({ ...JSON.parse(unsigned), signature: { hash: seal, proof: { challenge: `${challenge}`, response: `${response}` } } });
  return { ballot, tracker: await fingerprint(ballot) };
}
