/** Mendings as stories tell them. */
import { empowerment } from '../../../domain/empowerment/index.ts';
import type { RuleSnapshot } from '../../../domain/rules.ts';
import { Case, caseAt } from './case.ts';
import { rulesOf, sealed } from './world.ts';

/** Proposed by an officer and confirmed by the administrator. */
export function mended(one: Case, type: 'hold' | 'resume' | 'moveDeadline' | 'reassign' | 'correctDeath', body: object): Case {
  one.does('officer', type, { grounds: sealed('why'), ...body });
  return one.does('administrator', 'confirmMending', { mendingId: one.state.mending.pending.at(-1)?.id ?? '' });
}
export const held = (one: Case): Case => mended(one, 'hold', { reason: 'investigation' });
export const resumed = (one: Case): Case => mended(one, 'resume', {});
export const deadlineOf = (one: Case, key: string) => empowerment.project(one.state).deadlines.find((row) => row.key === key);

/** An objection that `fang` handles; ten working days to 16 March, the window a day longer. */
export function handled(): { one: Case; id: string; key: string; window: string } {
  const one = caseAt('publicity', '2026-03-02 09:00');
  const id = one.objects('ding');
  one.admits(id);
  return { one, id, key: `handling:${id}`, window: one.notice().deadline.key };
}

/** A case under publicity where a city's rule gives the times for objections, which the institution's own gives here else. */
export function timedByLaw(): Case {
  const { rules, ...rest } = rulesOf('hohhot-university', '2026-03-02');
  const law = { pack: 'city', version: '1', rank: 'city' } as const;
  const timed: RuleSnapshot['rules'] = { ...rules };
  if (timed['objection.handling']) timed['objection.handling'] = { ...timed['objection.handling'], source: law };
  if (timed['objection.review']) timed['objection.review'] = { ...timed['objection.review'], source: law };
  return new Case({ ...rest, rules: timed }, '2026-03-02 09:00').applies({ mode: 'coOwnership' }).finishes('publicity');
}
