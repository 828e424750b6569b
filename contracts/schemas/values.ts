/** The small values of which bodies are made, each with its bounds. Percentages and money are strings: exact, always. */
import { z } from 'zod';
import { plainText, sealedText, type SealSubject } from '../sealing.ts';

/** Bounds of texts, in characters. */
export const TEXT = { name: 100, contact: 200, title: 200, line: 500, summary: 2_000, grounds: 4_000, notice: 40_000 } as const;

/** Bounds of lists. */
export const LIST = { people: 50, documents: 30, items: 50, days: 366 } as const;

/** Any UUID, in lower case, so that one object has one spelling. */
export const uuid = z.guid().toLowerCase().meta({ format: 'uuid' });

/** Id of something inside a case (a notice, an objection), made from the case's UUID by a named function. */
export const objectId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,99}$/);

/** A day that exists, 1900 to 2999. */
export const civilDate = z.iso.date().refine((date) => date >= '1900-01-01' && date < '3000-01-01', {
  params: { zh: '日期须在 1900 年至 2999 年之间', en: 'the date must lie between 1900 and 2999' },
});

/** An instant with its zone, kept as UTC with milliseconds. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => text >= '1990' && text < '3000', {
    params: { zh: '时刻须在 1990 年至 2999 年之间', en: 'the instant must lie between 1990 and 2999' },
  })
  .transform((text) => new Date(text).toISOString());

/** A percentage with up to four decimals, `"33.3333"`, as parts per million: exact, without floating point. */
export const percent = z
  .string()
  .regex(/^(?:100(?:\.0{1,4})?|\d{1,2}(?:\.\d{1,4})?)$/)
  .transform((text) => {
    const [whole = '', decimals = ''] = text.split('.');
    return Number(whole) * 10_000 + Number(decimals.padEnd(4, '0'));
  })
  .meta({ description: 'Percentage as a decimal string with up to four decimals', example: '33.3333' });

/** Parts per million as the API says it: `333333` is `"33.3333"`, `500000` is `"50"`. */
export function percentOfPpm(ppm: number): string {
  const decimals = String(ppm % 10_000)
    .padStart(4, '0')
    .replace(/0+$/, '');
  return `${Math.floor(ppm / 10_000)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Money in fen as a string of digits; up to 99,999,999,999,999 yuan. */
export const fen = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,15})$/)
  .meta({ description: 'Amount in fen, as digits', example: '120000000' });

/** SHA-256 in lower-case hex. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A rule snapshot's hash, an achievement's number and the like: letters, digits and a few signs. */
export const code = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}〔〕()（）[\]./_-]{0,99}$/u);

/** A department's code. */
export const department = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u);

export const text = plainText;
export const sealed = (subject: SealSubject, max: number) => sealedText({ subject, max });

/** An uploaded file by its SHA-256; its name is the uploader's word about it and is sealed for the case. */
const documentOf = (subject: SealSubject) => z.strictObject({ document: sha256, name: sealed(subject, TEXT.name).optional() });

export const documentRef = documentOf('case');

export const people = z.array(uuid).max(LIST.people);
export const documents = z.array(documentRef).max(LIST.documents);

/** Evidence whose very name is the word of whoever hands it in. */
export const evidenceOf = (subject: SealSubject) => z.array(documentOf(subject)).max(LIST.documents);
