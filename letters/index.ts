/** All letters, one file a group. */
import { agreement } from './agreement.ts';
import { application } from './application.ts';
import { decision } from './decision.ts';
import { render, type Letter, type LetterValues, type Letters, type Rendered } from './letter.ts';
import { mending } from './mending.ts';
import { objection } from './objection.ts';
import { people } from './people.ts';
import { publicity } from './publicity.ts';
import { reminders } from './reminders.ts';

/** Letters by the name of their template. */
export const letters: Letters = {
  ...application,
  ...decision,
  ...publicity,
  ...objection,
  ...agreement,
  ...people,
  ...mending,
  ...reminders,
};

/** A message asks for a letter that nobody wrote. */
export class UnknownTemplate extends Error {
  constructor(template: string) {
    super(`There is no letter ${template}`);
    this.name = 'UnknownTemplate';
  }
}

/** The letter of a template in both languages. Throws UnknownTemplate, and Error when a value is missing. */
export function renderLetter(template: string, values: LetterValues): Rendered {
  const letter: Letter | undefined = Object.hasOwn(letters, template) ? letters[template] : undefined;
  if (!letter) throw new UnknownTemplate(template);
  return render(letter, values);
}
