/**
 * Ids from names. A workflow has no source of chance of its own that a rebuild could repeat, so an id that must come
 * out the same again is a version 5 UUID (RFC 9562) over the case's UUID and a name.
 */

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** SHA-1 of the bytes. Written out because Node's crypto does not exist inside a workflow; it names, it protects nothing. */
function sha1(message: readonly number[]): number[] {
  const bytes = [...message, 0x80];
  while (bytes.length % 64 !== 56) bytes.push(0);
  const bits = message.length * 8;
  for (let shift = 56; shift >= 0; shift -= 8) bytes.push(Math.floor(bits / 2 ** shift) & 0xff);

  let [a0, b0, c0, d0, e0] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as [
    number,
    number,
    number,
    number,
    number,
  ];
  for (let at = 0; at < bytes.length; at += 64) {
    const words: number[] = [];
    for (let i = 0; i < 16; i++) {
      const p = at + i * 4;
      words.push(((bytes[p] ?? 0) << 24) | ((bytes[p + 1] ?? 0) << 16) | ((bytes[p + 2] ?? 0) << 8) | (bytes[p + 3] ?? 0));
    }
    for (let i = 16; i < 80; i++) {
      words.push(rotate((words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0), 1));
    }
    let [a, b, c, d, e] = [a0, b0, c0, d0, e0];
    for (let i = 0; i < 80; i++) {
      let f: number, k: number;
      if (i < 20) [f, k] = [(b & c) | (~b & d), 0x5a827999];
      else if (i < 40) [f, k] = [b ^ c ^ d, 0x6ed9eba1];
      else if (i < 60) [f, k] = [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
      else [f, k] = [b ^ c ^ d, 0xca62c1d6];
      const next = (rotate(a, 5) + f + e + k + (words[i] ?? 0)) | 0;
      [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
    }
    [a0, b0, c0, d0, e0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0, (e0 + e) | 0];
  }
  return [a0, b0, c0, d0, e0].flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
}

function utf8(text: string): number[] {
  return Array.from(unescape(encodeURIComponent(text)), (char) => char.charCodeAt(0));
}

function uuidBytes(uuid: string): number[] {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError(`Not a UUID: ${uuid}`);
  return Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}

/** The version 5 UUID of a name within a namespace that is itself a UUID; a TypeError if it is none. */
export function uuid5(namespace: string, name: string): string {
  const bytes = sha1([...uuidBytes(namespace), ...utf8(name)]).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Id of the act by which the case answers to an instant; the same wait gives the same id however often it is tried. */
export function wakeActId(caseId: string, wake: { at: string; type: string; body: unknown }): string {
  return uuid5(caseId, `wake/${wake.type}/${wake.at}/${JSON.stringify(wake.body)}`);
}

/** Id of the entry that tells and projects what guards appended behind an act. */
export function followUpId(caseId: string, actId: string): string {
  return uuid5(caseId, `follow-up/${actId}`);
}

/** Over how long the wake-ups of one instant are spread. */
export const WAKE_SPREAD_MS = 10 * 60_000;

/** Milliseconds from 0 up to `range` (exclusive), by case, so that windows that end at one midnight do not wake at once. */
export function spreadOf(caseId: string, range: number): number {
  return Number.parseInt(uuid5(caseId, 'spread').slice(0, 8), 16) % range;
}
