/**
 * Marks texts that must not stand in the ledger. A schema says with `sealedText` whose text it is; parsing turns the
 * plain text into a `Sealable`, and the API replaces every `Sealable` by a `SealedRef` before the act is received.
 */
import { z } from 'zod';
import type { SealedRef } from '../domain/process.ts';

/**
 * Whose text it is, so that erasing a subject erases it: the person who acts, the case, the achievement, or the
 * person or party named nearest to it (`personId`, else `objectorId`, else `id`); without one, whoever wrote the letter.
 */
export type SealSubject = 'actor' | 'case' | 'achievement' | 'party';

/** Whose key a value is sealed under. */
export interface Subject {
  kind: 'person' | 'case' | 'achievement' | 'party';
  id: string;
}

/** A sealed value as a row, for the transaction that also writes what refers to it. Bytes are base64. */
export interface SealedRow {
  id: string;
  subjectKind: string;
  subjectId: string;
  digest: string;
  nonce: string;
  ciphertext: string;
}

/** A sealed value with its subject's key, as the database has them; null where there is none, or no key any more. */
export interface StoredValue {
  subjectKind: Subject['kind'] | null;
  subjectId: string | null;
  digest: string | null;
  nonce: Buffer | null;
  ciphertext: Buffer | null;
  wrappedKey: Buffer | null;
  kekId: string | null;
}

/** A plain text on its way to being sealed. Lives only between parsing and receipt. */
export class Sealable {
  // A private field keeps other objects with the same two properties from passing for one.
  readonly #text: string;
  readonly subject: SealSubject;

  constructor(text: string, subject: SealSubject) {
    this.#text = text;
    this.subject = subject;
  }

  get text(): string {
    return this.#text;
  }

  /** A text on its way to being sealed must not reach a log or an answer by way of JSON. */
  toJSON(): string {
    return '[sealed]';
  }
}

/** The type of a parsed body once its texts are sealed. */
export type Referenced<T> = T extends Sealable
  ? SealedRef
  : T extends readonly (infer U)[]
    ? Referenced<U>[]
    : T extends object
      ? { [K in keyof T]: Referenced<T[K]> }
      : T;

/** PostgreSQL keeps no NUL and no half of a surrogate pair; other control characters have no place in a legal text. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Whether a text can be kept and shown as it is. */
export function isCleanText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text) && !CONTROL.test(text);
}

/** A text of 1 to `max` characters that is kept plain. */
export function plainText(max: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isCleanText(text) && text.trim() !== '', {
      params: { zh: '不得为空白或含控制字符', en: 'must not be blank or hold control characters' },
    });
}

/** A text of 1 to `max` characters that is kept sealed for the subject. */
export function sealedText({ subject, max }: { subject: SealSubject; max: number }) {
  return plainText(max).transform((text) => new Sealable(text, subject));
}

/**
 * The body with every `Sealable` replaced, in order of appearance. `seal` is told the text's JSON pointer and the fields
 * around it, the nearest first, because the subject `party` is found there.
 */
export function sealBody<T>(
  body: T,
  seal: (value: Sealable, around: Record<string, unknown>, pointer: string) => SealedRef,
): Referenced<T> {
  const walk = (value: unknown, around: Record<string, unknown>, pointer: string): unknown => {
    if (value instanceof Sealable) return seal(value, around, pointer);
    if (Array.isArray(value)) return value.map((entry, i) => walk(entry, around, `${pointer}/${i}`));
    if (typeof value === 'object' && value !== null) {
      const object = value as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(object).map(([key, entry]) => [key, walk(entry, { ...around, ...object }, `${pointer}/${key}`)]),
      );
    }
    return value;
  };
  return walk(body, {}, '') as Referenced<T>;
}
