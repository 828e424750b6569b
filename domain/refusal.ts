import type { Refusal } from './process.ts';

type Options = { at?: string; clause?: string; status?: Refusal['status'] };

/** A refusal with both languages; 422 unless said otherwise. */
export function refuse(code: string, zh: string, en: string, options: Options = {}): { refusal: Refusal } {
  const { status = 422, at, clause } = options;
  return { refusal: { code, status, zh, en, ...(at === undefined ? {} : { at }), ...(clause === undefined ? {} : { clause }) } };
}

/** Narrows an answer that may be a refusal. */
export function isRefusal(value: unknown): value is { refusal: Refusal } {
  return typeof value === 'object' && value !== null && 'refusal' in value;
}
