/**
 * Edits that replay cannot see, because the history gives what code then makes of it: lengths, values, ids, and what
 * runs only live. Each stands with the check that sees it. The lengths of a case's own pauses (spread, retries,
 * time-outs) are held by nothing: they mean nothing in law.
 */
import type { Edit } from './edit.ts';

export interface UnseenEdit extends Edit {
  /** Part of the path of the test files that see it, or the linter. */
  seenBy: string;
}

export const LINT = 'lint';

export const unseenEdits: UnseenEdit[] = [
  {
    name: 'a window in working days a day shorter',
    file: 'domain/time/deadline.ts',
    changes: [['counted += 1;\n    if (counted === input.n) break;', 'counted += 1;\n    if (counted + 1 >= input.n) break;']],
    seenBy: 'golden/deadlines',
  },
  {
    name: 'a majority of those who vote is half of them',
    file: 'domain/collective/index.ts',
    changes: [['const left = approve * rule.denominator;', 'const left = (approve + 1) * rule.denominator;']],
    seenBy: 'unit/collective',
  },
  {
    name: 'an adopted amendment leaves the team as it was',
    file: 'domain/empowerment/evolve.ts',
    changes: [['        team: teamOf(inventors, state.team, deceased),\n        round:', '        round:']],
    seenBy: 'replay/meaning',
  },
  {
    name: 'a wait answered under another id',
    file: 'workflows/shared/ids.ts',
    changes: [['`wake/${wake.type}/${wake.at}/', '`wake/${wake.at}/${wake.type}/']],
    seenBy: 'unit/workflows/ids',
  },
  {
    name: 'a validator that is asynchronous, and so refuses nothing',
    file: 'workflows/shared/caseProcess.ts',
    changes: [['validator: (envelope) => {', 'validator: async (envelope) => {']],
    seenBy: LINT,
  },
];
