/** Voting codes as Belenios has them (2.0, section 4.7): fourteen letters by chance, and one that tells typing errors. */
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LENGTH = 14;
const CHECK = 53;

const findCheck = (digits: number[]): number => CHECK - digits.reduce((total, digit) => (total * ALPHABET.length + digit) % CHECK, 0);
const write = (digits: number[]): string => digits.map((digit) => ALPHABET[digit]).join("").match(/.{3}/g)!.join("-");

/** A code as it is written, XXX-XXX-XXX-XXX-XXX; null where what somebody typed can't be one. */
export function readCode(said: string): string | null {
  const digits = [...said.replace(/[\s-]/g, "")].map((letter) => ALPHABET.indexOf(letter));
  if (digits.length !== LENGTH + 1 || digits.includes(-1) || digits[LENGTH] !== findCheck(digits.slice(0, LENGTH))) return null;
  return write(digits);
}

export function drawCode(): string {
  const digits: number[] = [];
  const most = 256 - (256 % ALPHABET.length);
  while (digits.length < LENGTH) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0]!;
    if (byte < most) digits.push(byte % ALPHABET.length); // every letter is as likely as the others
  }
  return write([...digits, findCheck(digits)]);
}
