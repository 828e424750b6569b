/** What holds of every act of every process: that there is such an act, its step, whose it is, and what stands in its way. */
import { barOf, ownMatter, type Interests } from '../collective/index.ts';
import { handsOf } from '../hands.ts';
import type { Label } from '../labels.ts';
import { heldRefusal } from '../mending/index.ts';
import type { Asking, Decision, Role } from '../process.ts';
import { refuse } from '../refusal.ts';
import { RuleMissing } from '../rules.ts';
import { TimeError } from '../time/index.ts';
import { opened, type CaseworkState } from './state.ts';
import type { ActRow } from './table.ts';

/** What the gate asks of a process. */
export interface Gated {
  table: Readonly<Record<string, ActRow>>;
  /** The acts that begin a case. */
  opens(type: string): boolean;
  stepLabels: Readonly<Record<string, Label>>;
  /** The roles that the person has in this case by its own state. */
  rolesIn(personId: string): readonly Role[];
  interests(relations: [string, string][]): Interests;
}

const inCase: ReadonlySet<string> = new Set<Role>([
  'representative',
  'inventor',
  'objector',
  'handler',
  'bodyMember',
  'holder',
  'applicant',
  'leader',
]);

const offices: ReadonlySet<string> = new Set<Role | 'system'>([
  'officer',
  'departmentReviewer',
  'secretary',
  'administrator',
  'supervisor',
  'system',
]);

/** Whether the actor holds, in this case, one of the roles that the row asks for. */
function mayAct({ actor }: Asking, row: ActRow, gated: Gated): boolean {
  if (actor.kind === 'system') return row.roles.includes('system');
  // An office can be delegated, what one is in a case cannot: no deputy reports, pays or applies for another.
  const own = actor.onBehalfOf === undefined ? gated.rolesIn(actor.personId) : [];
  return row.roles.some((role) => role !== 'system' && (inCase.has(role) ? own.includes(role) : actor.roles.includes(role)));
}

/** The refusal that the act meets whatever it says, or nothing. */
export function gate(state: CaseworkState, asking: Asking, gated: Gated): Decision | undefined {
  const { type } = asking;
  const row = Object.hasOwn(gated.table, type) ? gated.table[type] : undefined;
  if (!row) return refuse('actUnknown', `没有名为 ${type} 的办理动作。`, `There is no act named ${type}.`, { at: '/type' });
  if (!row.steps.includes(state.step)) {
    const at = gated.stepLabels[state.step] ?? { zh: state.step, en: state.step };
    return refuse(
      'wrongStep',
      `案件目前处于“${at.zh}”环节，不能办理“${row.zh}”。`,
      `The case stands at ${at.en}; "${row.en}" is not open there.`,
      { status: 409 },
    );
  }
  if (!mayAct(asking, row, gated))
    return refuse('notYourAct', `您不能办理“${row.zh}”。`, `"${row.en}" is not yours to do.`, { status: 403 });
  if (gated.opens(type)) return undefined;
  const open = opened(state);
  if (!open) return refuse('notOpened', '案件尚未开始。', 'The case has not begun.', { status: 409 });
  if (row.waits && open.mending.hold) return heldRefusal(open.mending.hold, row);
  if (row.waits && open.raised)
    return refuse(
      'rulesPrevail',
      '上位规则已变化，须先作出适用新规则的决定。',
      'A prevailing rule has changed; the case must first be moved to it by a recorded transition.',
      { status: 409 },
    );
  // Nobody holds an office over a matter of their own, nor over one of their kin's.
  const interests = gated.interests(asking.facts.relations ?? []);
  const official = row.roles.every((role) => offices.has(role));
  return official && handsOf(asking).some((personId) => barOf(personId, interests)) ? ownMatter() : undefined;
}

/** A rule that no source gives, or a date that cannot be counted, is a refusal and no fault of the service. */
export function orRefusal<T>(decide: () => T): T | Extract<Decision, { refusal: unknown }> {
  try {
    return decide();
  } catch (error) {
    if (error instanceof RuleMissing)
      return refuse(
        'ruleMissing',
        `${error.zh}，请管理员在校内规定中补充。`,
        `${error.en}; the administrator must fill it in the overlay.`,
        { status: 409 },
      );
    if (error instanceof TimeError) return refuse(error.code, error.zh, error.en);
    throw error;
  }
}
