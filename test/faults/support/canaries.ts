/** Words that exist nowhere else, put wherever a person can write something, and a search for them in bytes. */
import { randomBytes, randomInt } from 'node:crypto';
import { Client } from 'pg';

const [FIRST_CHARACTER, LAST_CHARACTER] = [0x4e00, 0x9fa5];
const WRITTEN = /\p{Script=Han}/u;

/** A word in each script, since each can be encoded in ways of its own. */
export function newCanary(): { latin: string; han: string } {
  const han = Array.from({ length: 6 }, () => String.fromCodePoint(randomInt(FIRST_CHARACTER, LAST_CHARACTER))).join('');
  return { latin: `canary${randomBytes(6).toString('hex')}`, han };
}

export type Canary = ReturnType<typeof newCanary>;

/** A body in which everything that somebody wrote in their own words carries the canary. */
export function withCanary<T>(value: T, canary: Canary): T {
  if (typeof value === 'string') return (WRITTEN.test(value) ? `${value}${canary.han}${canary.latin}` : value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => withCanary(one, canary)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withCanary(one as unknown, canary)])) as T;
}

/** The word within a longer text's base64, wherever in it the word begins: only digits that it alone decides. */
function inBase64(word: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), word]).toString('base64');
    return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + word.length) * 8) / 6));
  });
}

/** How a word may stand in bytes: as it is, escaped for JSON, Go or a URL, in hexadecimal, in base64 and in that again. */
function forms(word: string): Buffer[] {
  const bytes = Buffer.from(word);
  const escaped = Array.from(word, (char) => (char < '\u0080' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`));
  const octal = Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`));
  const once = inBase64(bytes);
  const texts = [
    word,
    escaped.join(''),
    octal.join(''),
    encodeURIComponent(word),
    encodeURIComponent(word).toLowerCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...once,
    ...once.map((digits) => digits.replaceAll('+', '-').replaceAll('/', '_')),
    ...once.flatMap((digits) => inBase64(Buffer.from(digits))),
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(word, 'utf16le'));
}

/** Searches bytes for a canary in any form. */
export function searchFor({ latin, han }: Canary): (bytes: Buffer | string) => boolean {
  const needles = [latin, han].flatMap(forms);
  return (bytes) => {
    const hay = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    return needles.some((needle) => hay.includes(needle));
  };
}

/** Everything that a database holds, table by table: binary columns as they are, all others as text. */
export async function* dump(url: string): AsyncGenerator<{ table: string; rows: number; bytes: Buffer }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; columns: string }>(
      `SELECT c.oid::regclass::text AS name,
              string_agg(quote_ident(a.attname) || CASE WHEN a.atttypid = 'bytea'::regtype THEN '' ELSE '::text' END, ', ') AS columns
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        GROUP BY c.oid`,
    );
    for (const { name, columns } of tables) {
      const { rows } = await client.query<(string | Buffer | null)[]>({
        text: `SELECT ${columns} FROM ${name}`,
        rowMode: 'array',
      });
      const parts = rows.flat().map((cell) => (typeof cell === 'string' ? Buffer.from(cell) : (cell ?? Buffer.alloc(0))));
      yield { table: name, rows: rows.length, bytes: Buffer.concat(parts.flatMap((part) => [part, SEPARATOR])) };
    }
  } finally {
    await client.end();
  }
}

const SEPARATOR = Buffer.from('\n');
