/**
 * Collective decision (集体决策, nm-hei.6a): who may vote when inventors, their relations, objectors and buyers stand
 * aside, whether a quorum is left, and what the votes come to. Any process decides its matters with this part.
 */
import type { BodyFacts, Refusal } from '../process.ts';
import { refuse } from '../refusal.ts';
import type { RuleValues } from '../rules.ts';

/** Why a member stands aside. */
export type Bar = 'inventor' | 'related' | 'objector' | 'buyer';

export interface BarredMember {
  personId: string;
  bar: Bar;
  /** The inventor or buyer to whom a `related` member is tied. */
  through?: string;
}

/** A substitute on record: `personId` sits for the member `for`. */
export interface Substitution {
  for: string;
  personId: string;
}

/** The body as it can sit in one case. */
export interface Assessment {
  eligible: string[];
  barred: BarredMember[];
  quorum: number;
  enough: boolean;
  missingDepartments: string[];
}

/** People whose own matter it is, by why. */
export interface Interests {
  inventors: string[];
  buyers: string[];
  objectors: string[];
  relations: [string, string][];
}

/** Why the person must stand aside, or nothing. */
export function barOf(personId: string, interests: Interests): BarredMember | undefined {
  if (interests.inventors.includes(personId)) return { personId, bar: 'inventor' };
  if (interests.buyers.includes(personId)) return { personId, bar: 'buyer' };
  if (interests.objectors.includes(personId)) return { personId, bar: 'objector' };
  const own = [...interests.inventors, ...interests.buyers];
  for (const [a, b] of interests.relations) {
    const through = a === personId ? b : b === personId ? a : undefined;
    if (through !== undefined && own.includes(through)) return { personId, bar: 'related', through };
  }
  return undefined;
}

/** Why somebody with an interest does not do what an office does. */
export const ownMatter = (): { refusal: Refusal } =>
  refuse('ownMatter', '您与本案有利害关系，应当回避，请由他人办理。', 'This is a matter of your own; somebody else must do it.', {
    status: 403,
  });

/** Who of the body may vote in this case, and whether that is a quorum once those who stand aside are taken off. */
export function assess(
  body: BodyFacts,
  substitutions: Substitution[],
  interests: Interests,
  quorum: number,
  requiredDepartments: string[],
): Assessment {
  const seats = new Map<string, string | undefined>(body.members.map((m) => [m.personId, m.department]));
  for (const { for: member, personId } of substitutions) {
    if (!seats.has(member)) continue;
    const department = seats.get(member);
    seats.delete(member);
    seats.set(personId, department);
  }
  const barred: BarredMember[] = [];
  for (const { personId } of body.members) {
    const bar = barOf(personId, interests);
    if (bar) barred.push(bar);
  }
  const eligible = [...seats.keys()].filter((personId) => !barOf(personId, interests));
  // A department is represented by its member even if that member must stand aside: the body has it (hlj.1).
  const represented = new Set(seats.values());
  const missingDepartments = requiredDepartments.filter((department) => !represented.has(department));
  return { eligible, barred, quorum, enough: eligible.length >= quorum, missingDepartments };
}

interface Ballot {
  present: string[];
  recused: string[];
  votes: { personId: string; vote: 'approve' | 'reject' | 'abstain' }[];
  outcome: 'approved' | 'rejected';
}

export interface Tally {
  approve: number;
  reject: number;
  abstain: number;
  base: number;
}

/** Whether `approve` of `base` is enough under the rule; integers only. */
export function carries(approve: number, base: number, rule: RuleValues['decision.majority']): boolean {
  const left = approve * rule.denominator;
  const right = base * rule.numerator;
  return rule.compare === 'moreThan' ? left > right : left >= right;
}

/** Checks one meeting against the assessment; answers its tally or why the meeting decided nothing. */
export function count(
  ballot: Ballot,
  assessment: Assessment,
  rule: RuleValues['decision.majority'],
): { tally: Tally } | { refusal: Refusal } {
  const barred = new Set(assessment.barred.map((member) => member.personId));
  const eligible = new Set(assessment.eligible);
  const duplicate = ballot.votes.find((vote, i) => ballot.votes.findIndex((other) => other.personId === vote.personId) !== i);
  if (duplicate) return refuse('votedTwice', '同一成员重复表决。', 'A member is listed with two votes.', { at: '/votes' });
  const unrecused = [...barred].filter((personId) => !ballot.recused.includes(personId));
  if (unrecused.length > 0)
    return refuse(
      'recusalMissing',
      `回避名单缺少 ${unrecused.length} 名应当回避的成员。`,
      `The recusals lack ${unrecused.length} member(s) who must stand aside.`,
      { at: '/recusals', persons: unrecused },
    );
  const mayNotVote = ballot.votes.findIndex((vote) => !eligible.has(vote.personId) || ballot.recused.includes(vote.personId));
  if (mayNotVote >= 0)
    return refuse(
      'mayNotVote',
      '此票的投票人不是可表决的成员（非成员、已回避或应回避）。',
      'Whoever cast this vote may not vote here: not a member, or recused.',
      { at: `/votes/${mayNotVote}` },
    );
  // Once each: a name listed twice as present does not make a quorum.
  const voters = [...new Set(ballot.present)].filter((personId) => eligible.has(personId) && !ballot.recused.includes(personId));
  const silent = voters.filter((personId) => !ballot.votes.some((vote) => vote.personId === personId));
  const absent = ballot.votes.find((vote) => !ballot.present.includes(vote.personId));
  if (silent.length > 0 || absent)
    return refuse(
      'votesIncomplete',
      '到会且可表决的成员应逐一记录表决意见，缺席者不得表决。',
      'Every member present who may vote has one recorded vote, and nobody absent votes.',
      {
        at: '/votes',
      },
    );
  if (voters.length < assessment.quorum)
    return refuse(
      'quorumLost',
      `回避后可表决到会人数为 ${voters.length}，不足法定人数 ${assessment.quorum}；请指定替补成员。`,
      `After recusals ${voters.length} may vote and ${assessment.quorum} are needed; name substitutes.`,
      { at: '/present' },
    );
  const of = (kind: string): number => ballot.votes.filter((vote) => vote.vote === kind).length;
  // Who stood aside of their own accord may not vote either, so they are not of those against whom votes are counted.
  const entitled = assessment.eligible.filter((personId) => !ballot.recused.includes(personId));
  const base = rule.of === 'present' ? voters.length : entitled.length;
  const tally: Tally = { approve: of('approve'), reject: of('reject'), abstain: of('abstain'), base };
  const approved = carries(tally.approve, base, rule);
  if (approved !== (ballot.outcome === 'approved'))
    return refuse(
      'outcomeContradictsVotes',
      `表决结果为同意 ${tally.approve} 票、应计 ${base} 人，与所填结论不符。`,
      `The votes (${tally.approve} of ${base} approve) do not give the outcome that was entered.`,
      { at: '/outcome' },
    );
  return { tally };
}
