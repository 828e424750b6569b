/** Turns parsed YAML or JSON into a pack or an overlay, or says everything that is wrong with it at once. */
import type { z } from 'zod';
import type { Unit } from '../domain/rules.ts';
import { isRuleKey } from './keys.ts';
import { problem, type Parsed, type Problem, type ProblemCode } from './problems.ts';
import { citationProblems, type Register } from './register.ts';
import { overlayShape, packShape, type Overlay, type Pack } from './schema.ts';
import { fiveExclusions, valueSchemas } from './values.ts';
import { lastDayOf } from './dates.ts';

type Issue = z.core.$ZodIssue;

/** Which of our codes a fault of shape is; what has none of its own is `shape`. */
function shapeProblem(kind: 'pack' | 'overlay', issue: Issue): Problem {
  const path = `/${issue.path.map(String).join('/')}`;
  let code: ProblemCode = `${kind}.shape`;
  if (issue.code === 'custom' && issue.params?.['fault'] === 'badDate') code = `${kind}.badDate`;
  else if (/\/(cite|also\/\d+|cite\/\w+|also\/\d+\/\w+)$/.test(path) && issue.code !== 'unrecognized_keys') {
    code = `${kind}.citationMissing`;
  }
  return problem(code, path, issue.message);
}

function valueProblems(kind: 'pack' | 'overlay', key: string, value: unknown, path: string): Problem[] {
  if (!isRuleKey(key)) return [problem(`${kind}.unknownKey`, path, key)];
  const parsed = valueSchemas[key].safeParse(value);
  if (parsed.success) return [];
  const why = parsed.error.issues.map((one) => `${one.path.map(String).join('/')} ${one.message}`.trim()).join('; ');
  return [problem(`${kind}.badValue`, path, `${key}: ${why}`)];
}

function packDates(pack: Pack): Problem[] {
  const last = lastDayOf(pack);
  if (pack.status === 'draft') {
    return pack.from || last ? [problem('pack.draftDated', '/from')] : [];
  }
  const problems: Problem[] = [];
  if (!pack.from) problems.push(problem('pack.undated', '/from'));
  if (pack.from && last && last < pack.from) problems.push(problem('pack.endsBeforeStart', '/until', `${pack.from} > ${last}`));
  if (pack.status === 'ended' && !last) problems.push(problem('pack.endedWithoutEnd', '/until'));
  return problems;
}

function packValues(pack: Pack, register: Register): Problem[] {
  const problems: Problem[] = [];
  const last = lastDayOf(pack);
  for (const [key, entries] of Object.entries(pack.rules)) {
    const begun = new Set<string>();
    entries.forEach((entry, index) => {
      const path = `/rules/${key}/${index}`;
      if (entry.value !== null || !isRuleKey(key)) problems.push(...valueProblems('pack', key, entry.value, path));
      [entry.cite, ...(entry.also ?? [])].forEach((cite, at) => {
        problems.push(...citationProblems(register, pack.id, cite, at === 0 ? `${path}/cite` : `${path}/also/${at - 1}`));
      });
      const outside = [entry.from, entry.until].some(
        (day) => day && ((pack.from && day < pack.from) || (last && day > last) || !pack.from),
      );
      if (outside || (entry.from && entry.until && entry.until < entry.from)) {
        problems.push(problem('pack.valueOutsidePack', path, `${entry.from ?? ''}..${entry.until ?? ''}`));
      }
      const start = `${entry.from ?? pack.from ?? ''} ${JSON.stringify(entry.when ?? null)}`;
      if (begun.has(start)) problems.push(problem('pack.valuesOverlap', path, key));
      begun.add(start);
    });
  }
  return problems;
}

/** A pack from parsed YAML or JSON, or every reason why it cannot be loaded. */
export function parsePack(raw: unknown, register: Register): Parsed<Pack> {
  const parsed = packShape.safeParse(raw);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map((issue) => shapeProblem('pack', issue)) };
  const pack = parsed.data as Pack;
  const problems = [...packDates(pack), ...packValues(pack, register)];
  for (const name of ['assumedFrom', 'lasts', 'notRepeatedWithin', 'yieldsTo'] as const) {
    const cite = pack[name]?.cite;
    if (cite) problems.push(...citationProblems(register, pack.id, cite, `/${name}/cite`));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: pack };
}

/** What is wrong among packs that each are right. */
export function packSetProblems(packs: readonly Pack[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const pack of packs) {
    const name = `${pack.id}@${pack.version}`;
    if (seen.has(name)) problems.push(problem('packs.duplicateId', `/${pack.id}`, name));
    seen.add(name);
    for (const other of pack.supersedes ?? []) {
      if (!packs.some((one) => one.id === other))
        problems.push(problem('packs.supersedesUnknown', `/${pack.id}/supersedes`, other));
    }
  }
  return problems;
}

function entryProblems(overlay: Overlay): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  overlay.entries.forEach((entry, index) => {
    const path = `/entries/${index}`;
    problems.push(...valueProblems('overlay', entry.key, entry.value, `${path}/value`));
    if (seen.has(entry.key)) problems.push(problem('overlay.duplicateKey', `${path}/key`, entry.key));
    seen.add(entry.key);
    if (!/^overlay\.\d+[a-z]?$/.test(entry.cite.clause)) {
      problems.push(problem('overlay.citesElsewhere', `${path}/cite/clause`, entry.cite.clause));
    }
    if (entry.key === 'empowerment.exclusions') {
      const { asked } = (entry.value ?? {}) as { asked?: unknown };
      if (Array.isArray(asked) && fiveExclusions.some((one) => !asked.includes(one))) {
        problems.push(problem('overlay.exclusionsIncomplete', `${path}/value/asked`));
      }
    }
  });
  return problems;
}

const fewestDays: Record<Unit, number> = { workingDay: 1, calendarDay: 1, month: 28, year: 365 };
const mostDays: Record<Unit, number> = { workingDay: 1, calendarDay: 1, month: 31, year: 366 };

/** Both are counted back from the end, in units of their own; what may leave no day to apply on is turned away. */
function renewalWindow(overlay: Overlay): Problem[] {
  const at = (key: string): number => overlay.entries.findIndex((entry) => entry.key === key);
  const [opens, closes] = (['renewal.opens', 'renewal.closes'] as const).map((key) => {
    const parsed = valueSchemas[key].safeParse(overlay.entries[at(key)]?.value);
    return parsed.success ? parsed.data : undefined;
  });
  if (!opens || !closes) return [];
  const same = opens.unit === closes.unit;
  const empty = same ? closes.n >= opens.n : closes.n * mostDays[closes.unit] >= opens.n * fewestDays[opens.unit];
  return empty ? [problem('overlay.renewalWindowEmpty', `/entries/${at('renewal.closes')}/value`)] : [];
}

/** An overlay from parsed YAML or JSON, or every reason why not. Says nothing of the law: see `validateOverlay`. */
export function parseOverlay(raw: unknown): Parsed<Overlay> {
  const parsed = overlayShape.safeParse(raw);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map((issue) => shapeProblem('overlay', issue)) };
  const overlay = parsed.data as Overlay;
  const problems = [...entryProblems(overlay), ...renewalWindow(overlay)];
  if (overlay.until && overlay.until < overlay.from) problems.push(problem('overlay.endsBeforeStart', '/until', overlay.until));
  if (overlay.sample && !overlay.notice) problems.push(problem('overlay.sampleUnlabelled', '/notice'));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: overlay };
}
