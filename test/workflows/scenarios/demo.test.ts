import { describe, expect, it } from '@jest/globals';
import { eventNames } from '../../../cli/demo/eventNames.ts';
import { tell } from '../../../cli/demo/run.ts';
import { demoStories } from '../../../cli/demo/stories.ts';
import { rehearse } from './support.ts';

/** What `fuquan demo` plays and prints, story by story: it goes as told, on which day and clause, and who was told. */

/** How each ends; a story that is new must say so here. */
const ends: Record<string, string> = {
  objection: 'done',
  heilongjiang: 'done',
  sale: 'done',
  'use-right': 'done',
  secret: 'refused',
  withdrawn: 'withdrawn',
};

/** Events that carry out the law and no mere wish: each is printed with the clause that it rests on. */
const legal = ['caseOpened', 'departmentReviewed', 'decisionRecorded', 'noticePublished', 'applicationRefused'];

/** An event as printed: day and time in Shanghai, what it is in both languages, details, the clause at the end. */
const EVENT = /^ {2}(2026-\d\d-\d\d) \d\d:\d\d {2}(\S+ · [a-z][a-z -]*?) {2}.*?(?:\[([a-z][a-z0-9-]*\.[^\]\s]+)\])?$/;
const LETTER = /^ {6}→ [a-zA-Z]+: (.+)$/;

interface Printed {
  day: string;
  what: string;
  clause: string | undefined;
  told: string[];
}

function read(lines: string[]): Printed[] {
  const events: Printed[] = [];
  for (const line of lines) {
    const [, day, what, clause] = EVENT.exec(line) ?? [];
    const [, told] = LETTER.exec(line) ?? [];
    if (day !== undefined && what !== undefined) events.push({ day, what, clause, told: [] });
    else if (told !== undefined) events.at(-1)?.told.push(...told.split('、'));
    else throw new Error(`Neither event nor letter: ${line}`);
  }
  return events;
}

it('are these', () => {
  expect(demoStories.map(({ name }) => name)).toEqual(Object.keys(ends));
});

describe.each(demoStories)('$name', (demo) => {
  it('goes as told, and its timeline has days, clauses and who was told', async () => {
    let printed = '';
    let complaints = '';
    const theatre = {
      open: rehearse,
      print: (text: string) => void (printed += text),
      complain: (text: string) => void (complaints += text),
    };
    const went = await tell(demo, theatre, false);
    expect([went, complaints]).toEqual([true, '']);

    const [title, state, ...lines] = printed.trim().split('\n');
    expect(title).toBe(`${demo.zh} · ${demo.en}`);
    expect(state).toMatch(new RegExp(`^  ${demo.institution}  .*  ${ends[demo.name]}  \\(\\d+\\.\\d s\\)$`));
    const events = read(lines);

    const days = events.map(({ day }) => day);
    expect(days).toEqual(days.toSorted());
    expect(days[0]).toBe(demo.startsAt.slice(0, 10));
    const words = new Set(legal.map((type) => eventNames[type]?.join(' · ')));
    const rested = events.filter(({ what }) => words.has(what));
    expect(rested.length).toBeGreaterThan(0);
    expect(rested.filter(({ clause }) => clause === undefined)).toEqual([]);
    const told = events.flatMap((event) => event.told);
    expect(told.length).toBeGreaterThan(0);
    // Names and roles: nobody is told under an id, and no letter goes to nobody.
    expect(told.filter((who) => who === '' || /[0-9a-f]{8}-/.test(who))).toEqual([]);
  });
});
