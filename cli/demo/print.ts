/** A case's timeline for people: when, what, on which clause, and who was told. */
import type { EventType } from '../../domain/empowerment/events.ts';
import type { RuleKey, RuleSnapshot } from '../../domain/rules.ts';
import { addDays } from '../../domain/time/index.ts';
import type { TimelineEntry, Told } from '../../runtime/rehearsing/rehearsal.ts';
import { eventNames } from './eventNames.ts';

/** An instant as Shanghai shows it; midnight at the end of a day is shown as 24:00 of that day. */
export function shanghaiTime(iso: string): string {
  const local = new Date(Date.parse(iso) + 8 * 3_600_000).toISOString();
  const [date = '', time = ''] = local.split('T');
  return time.startsWith('00:00:00.000') ? `${addDays(date, -1)} 24:00` : `${date} ${time.slice(0, 5)}`;
}

interface Dated {
  bound?: string;
  clause?: string;
  lastDay?: string;
  n?: number;
  unit?: string;
  skipped?: { date: string; reason: string }[];
}

const units: Record<string, string> = { workingDay: '个工作日', calendarDay: '日', month: '个月', year: '年' };

/** What an entry says beyond its name. */
function detail({ type, data }: TimelineEntry): string {
  const deadline = (data['deadline'] ?? data['handling'] ?? data['review'] ?? data['term'] ?? data['lengthened']) as
    Dated | undefined;
  const parts: string[] = [];
  for (const key of [
    'number',
    'step',
    'kind',
    'edition',
    'outcome',
    'consequence',
    'minutesNumber',
    'by',
    'status',
    'on',
    'startDate',
    'lastDay',
  ]) {
    const value = data[key];
    if (typeof value === 'string' || typeof value === 'number') parts.push(`${key}=${value}`);
  }
  const tally = data['tally'] as { approve: number; base: number } | undefined;
  if (tally) parts.push(`${tally.approve}/${tally.base}`);
  if (type === 'rightRecorded') {
    const holders = data['holders'] as { ppm: number }[];
    parts.push(holders.map(({ ppm }) => `${ppm / 10_000}%`).join(' / '));
  }
  if (deadline?.lastDay) {
    const skipped = deadline.skipped?.length ? `, ${deadline.skipped.length} skipped` : '';
    parts.push(
      `${deadline.bound === 'atMost' ? '≤' : '≥'} ${deadline.n}${units[deadline.unit ?? ''] ?? ''} → ${deadline.lastDay}${skipped}`,
    );
  }
  return parts.join('  ');
}

/** The rule that an event carries out, where it has no deadline or clause of its own. */
const ruleOfEvent: Partial<Record<EventType, RuleKey>> = {
  caseOpened: 'empowerment.modes',
  consentGiven: 'empowerment.teamConsent',
  checkPassed: 'empowerment.conditions',
  departmentReviewed: 'review.departments',
  decisionRecorded: 'decision.collective',
  amendmentAdopted: 'empowerment.teamConsent',
  agreementConcluded: 'empowerment.agreement.terms',
  titleChanged: 'empowerment.titleChange',
};

/** The clause an entry rests on, under the rules that the case is pinned to. */
function clauseOf({ type, data }: TimelineEntry, rules: RuleSnapshot | undefined): string {
  const deadline = (data['deadline'] ?? data['handling'] ?? data['review'] ?? data['term']) as Dated | undefined;
  const key = ruleOfEvent[type as EventType];
  return deadline?.clause ?? (data['clause'] as string | undefined) ?? (key && rules?.rules[key]?.cite.clause) ?? '';
}

/** The whole timeline as lines of text. */
export function printTimeline(entries: TimelineEntry[], told: Told[], names: (id: string) => string): string[] {
  let rules: RuleSnapshot | undefined;
  return entries.flatMap((entry) => {
    rules = (entry.data['rules'] as RuleSnapshot | undefined) ?? rules;
    const [zh, en] = eventNames[entry.type] ?? [entry.type, entry.type];
    const clause = clauseOf(entry, rules);
    const line = `  ${shanghaiTime(entry.recordedAt)}  ${zh} · ${en}  ${detail(entry)}${clause ? `  [${clause}]` : ''}`;
    const letters = told.filter(({ seq }) => seq === entry.seq);
    const byTemplate = groupByTemplate(letters);
    const sent = [...byTemplate].map(
      ([template, list]) =>
        `      → ${template}: ${list.map(({ recipient }) => names(recipient['personId'] ?? recipient['role'] ?? '')).join('、')}`,
    );
    return [line, ...sent];
  });
}

function groupByTemplate(letters: Told[]): Map<string, Told[]> {
  const groups = new Map<string, Told[]>();
  for (const letter of letters) groups.set(letter.template, [...(groups.get(letter.template) ?? []), letter]);
  return groups;
}
