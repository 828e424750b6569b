import type { Refusal } from './process.ts';

type Options = Pick<Refusal, 'at' | 'clause' | 'persons'> & { status?: Refusal['status'] };

/** A refusal with both languages; 422 unless said otherwise. */
export function refuse(code: string, zh: string, en: string, options: Options = {}): { refusal: Refusal } {
  const { status = 422, at, clause, persons } = options;
  const more = {
    ...(at === undefined ? {} : { at }),
    ...(clause === undefined ? {} : { clause }),
    ...(persons === undefined ? {} : { persons }),
  };
  return { refusal: { code, status, zh, en, ...more } };
}

/** Narrows an answer that may be a refusal. */
export function isRefusal(value: unknown): value is { refusal: Refusal } {
  return typeof value === 'object' && value !== null && 'refusal' in value;
}
