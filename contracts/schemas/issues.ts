/** What zod found, as JSON pointers with a sentence in Chinese and in English. Never repeats what was sent. */
import type { z } from 'zod';

export interface FieldError {
  /** JSON pointer into the request's body, or the parameter's name. */
  pointer: string;
  zh: string;
  en: string;
}

/** At most so many are told at once; a broken body can hold thousands. */
const MOST = 50;

type Issue = z.core.$ZodIssue;

const escape = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

const pointerOf = (path: readonly PropertyKey[]): string => path.map((part) => `/${escape(part)}`).join('');

const nouns: Record<string, [zh: string, en: string]> = {
  string: ['文本', 'a text'],
  number: ['数字', 'a number'],
  int: ['整数', 'a whole number'],
  boolean: ['true 或 false', 'true or false'],
  array: ['列表', 'a list'],
  object: ['对象', 'an object'],
  record: ['对象', 'an object'],
};

const formats: Record<string, [zh: string, en: string]> = {
  guid: ['须为 UUID', 'must be a UUID'],
  date: ['须为真实存在的日期 YYYY-MM-DD', 'must be a date that exists, YYYY-MM-DD'],
  datetime: ['须为带时区的 ISO 8601 时刻', 'must be an ISO 8601 instant with its zone'],
  regex: ['格式不符', 'is not in the form required'],
};

function size(origin: string, n: number | bigint, most: boolean): [string, string] {
  const [zh, en] = most ? ['最多', 'at most'] : ['至少', 'at least'];
  if (origin === 'string') return [`${zh} ${n} 个字符`, `must have ${en} ${n} characters`];
  if (origin === 'array') return [`${zh} ${n} 项`, `must have ${en} ${n} entries`];
  return [`${zh}为 ${n}`, `must be ${en} ${n}`];
}

function sentence(issue: Issue): [zh: string, en: string] {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return ['必填', 'is required'];
      const [zh, en] = nouns[issue.expected] ?? [issue.expected, issue.expected];
      return [`须为${zh}`, `must be ${en}`];
    }
    case 'too_big':
      return size(issue.origin, issue.maximum, true);
    case 'too_small':
      return size(issue.origin, issue.minimum, false);
    case 'invalid_format':
      return formats[issue.format] ?? ['格式不符', 'is not in the form required'];
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return issue.input === undefined ? ['必填', 'is required'] : [`须为下列之一：${values}`, `must be one of: ${values}`];
    }
    case 'custom': {
      const { zh, en } = (issue.params ?? {}) as { zh?: string; en?: string };
      return [zh ?? '不符合要求', en ?? 'is not acceptable'];
    }
    default:
      return ['不符合要求', 'is not acceptable'];
  }
}

/** Every fault of the parsed value, one entry per place. */
export function fieldErrors(error: z.ZodError, at = ''): FieldError[] {
  const found: FieldError[] = [];
  for (const issue of error.issues) {
    const pointer = at + pointerOf(issue.path);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST)) {
        found.push({ pointer: `${pointer}/${escape(key.slice(0, 100))}`, zh: '没有这个字段', en: 'there is no such field' });
      }
    } else {
      const [zh, en] = sentence(issue);
      found.push({ pointer, zh, en });
    }
  }
  return found.slice(0, MOST);
}

/** The deciders name shares in parts per million; the API calls them shares. Their pointers follow. */
export function apiPointer(at: string): string {
  return at
    .replace(/\/ppm$/, '/share')
    .replace(/\/unitPpm$/, '/unitShare')
    .replace(/\/incomeUnitPpm$/, '/incomeUnitShare');
}
