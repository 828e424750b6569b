/**
 * Letters as data: Chinese and English, subject and text. `{name}` is a value; a part in `[[…]]` is left out when a value
 * in it is empty. Beside its own values each letter has `{case}`: the title and, once there is one, the number.
 */
import { actLabels } from '../domain/index.ts';
import { inWords } from '../domain/labels.ts';
import { timeOfInstant } from '../domain/time/index.ts';
import { words } from './words.ts';

export interface Letter {
  subject: readonly [zh: string, en: string];
  text: readonly [zh: string, en: string];
}

/** Letters by template name. */
export type Letters = Readonly<Record<string, Letter>>;

/** Values with sealed ones opened; undefined is one that has been erased. */
export type LetterValues = Readonly<Record<string, string | number | undefined>>;

export interface Rendered {
  subject: string;
  text: string;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T.*Z$/;
const ERASED = ['（已删除）', '(erased)'] as const;

/** A value as a reader of the language sees it: codes as words, instants in China's time. */
function shown(name: string, value: string | number | undefined, language: 0 | 1): string {
  if (value === undefined) return ERASED[language];
  const text = String(value);
  if (name === 'act' || name === 'mend') {
    const { zh, en } = inWords(actLabels, [text]);
    return language === 0 ? zh : en;
  }
  const word = words[name]?.[text];
  if (word) return word[language];
  if (INSTANT.test(text)) return timeOfInstant(text);
  return text;
}

/** The names of values that a text asks for. */
function asked(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}

function fill(pattern: string, values: LetterValues, language: 0 | 1): string {
  const value = (name: string): string => {
    // A letter that asks for what it is not given is a mistake in the letter, not an empty place in it.
    if (!Object.hasOwn(values, name)) throw new Error(`The letter asks for ${name} and is not given it`);
    return shown(name, values[name], language);
  };
  return pattern
    .replaceAll(/\[\[(.*?)\]\]/gs, (_, part: string) => (asked(part).every((name) => (values[name] ?? '') !== '') ? part : ''))
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => value(name));
}

/** The letter in both languages, Chinese first; subject in Chinese. Throws when a value is missing. */
export function render(letter: Letter, values: LetterValues): Rendered {
  const inLanguage = (language: 0 | 1): string => {
    const title = shown('title', values['title'], language);
    const number = values['number'] ?? '';
    const both = language === 0 ? `《${title}》${number ? `（${number}）` : ''}` : `“${title}”${number ? ` (${number})` : ''}`;
    return fill(letter.text[language], { ...values, case: both }, language);
  };
  return {
    subject: fill(letter.subject[0], { ...values, case: '' }, 0),
    text: `${inLanguage(0)}\n\n--\n\n${inLanguage(1)}\n`,
  };
}
