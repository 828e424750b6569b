/** The acts that every process has: decisions by a body, mending, new law and new calendars. */
import type { Role } from '../process.ts';
import { bodyAt } from './bodies.ts';
import type { CommonBodies } from './events.ts';
import type { ActRow, FactNeed } from './table.ts';

const office: Role[] = ['officer', 'administrator'];
const mends: FactNeed[] = ['calendar', 'people', 'relations'];

/** Rows for a process that is under way at the steps; those of a body only where one decides. */
export function commonTable(live: readonly string[]): Record<string, ActRow> {
  const steps = [...live];
  const sitting = steps.filter((step) => bodyAt(step) !== undefined);
  const mending = (zh: string, en: string): ActRow => ({ roles: office, steps, needs: mends, zh, en });
  const deciding: Partial<Record<keyof CommonBodies, ActRow>> = {
    nameSubstitute: {
      roles: ['administrator'],
      steps: sitting,
      needs: ['bodies', 'relations', 'people'],
      zh: '指定替补',
      en: 'name a substitute',
    },
    recordDecision: {
      roles: ['secretary'],
      steps: sitting,
      needs: ['bodies', 'relations', 'calendar', 'people', 'leave', 'posts'],
      zh: '记录集体决策',
      en: 'record a collective decision',
      waits: true,
    },
  };
  const always: Record<Exclude<keyof CommonBodies, keyof typeof deciding & ('nameSubstitute' | 'recordDecision')>, ActRow> = {
    transitionRules: {
      roles: ['secretary'],
      steps,
      needs: ['currentRules', 'relations'],
      zh: '决定适用新规则',
      en: 'move the case to the new rules',
    },
    hold: mending('暂停办理', 'put the case on hold'),
    resume: mending('恢复办理', 'resume the case'),
    moveDeadline: mending('变更期限', 'move a deadline'),
    reassign: mending('改派', 'put somebody else in charge'),
    confirmMending: mending('复核纠偏', 'confirm a mending'),
    refuseMending: mending('驳回纠偏', 'refuse a mending'),
    applyCalendar: { roles: ['system'], steps, needs: ['calendar'], zh: '适用新日历', en: 'count anew by a new calendar' },
    raisePrevailingRules: { roles: ['system'], steps, needs: [], zh: '上位规则变化', en: 'a prevailing rule has changed' },
  };
  return { ...(sitting.length > 0 ? deciding : {}), ...always };
}
