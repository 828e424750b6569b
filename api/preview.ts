/** What lies before a case: the domain's preview over the institution's rules, calendar and people of today. */
import { preview, type Directory, type Preview } from '../domain/empowerment/preview.ts';
import { type Application, type Step } from '../domain/empowerment/index.ts';
import type { InstitutionRole, PersonStatus } from '../domain/process.ts';
import { RuleMissing, type RuleSnapshot } from '../domain/rules.ts';
import { Problem } from './problems.ts';
import type { Context } from './route.ts';

interface Row {
  id: string;
  status: PersonStatus;
  departments: string[];
  roles: InstitutionRole[];
}

async function directory({ deps, caller }: Context): Promise<Directory> {
  const institution = caller.institution.id;
  const [people, { bodies = {} }, relations] = await Promise.all([
    deps.prisma.$queryRaw<
      Row[]
    >`SELECT p.id::text, p.status, m.departments, array_append(array_remove(m.roles, 'member'), 'member') AS roles
      FROM membership m JOIN person p ON p.id = m.person_id
     WHERE m.institution_id = ${institution}::uuid AND NOT m.ended AND (m.until IS NULL OR m.until >= ${caller.today}::date) ORDER BY p.id`,
    deps.facts.readSome(['bodies'], { institutionId: institution, on: caller.today }),
    deps.prisma.relation.findMany({ where: { institutionId: institution } }),
  ]);
  const roles: Directory['roles'] = {};
  for (const { id, roles: held, departments } of people) {
    for (const role of held) (roles[role] ??= []).push({ personId: id, departments });
  }
  return {
    people: Object.fromEntries(people.map(({ id, status, departments }) => [id, { status, departments }])),
    bodies,
    relations: relations.map(({ personA, personB }) => [personA, personB]),
    roles,
  };
}

/** The path of the application from today, or from the step where its case stands. */
export async function previewFor(
  context: Context,
  application: Application,
  rules: RuleSnapshot | undefined,
  from: Step | undefined,
): Promise<Preview> {
  const { deps, caller } = context;
  const [snapshot, calendar, people, now] = await Promise.all([
    rules ?? deps.law.rulesOn(caller.institution.id, caller.today),
    deps.law.calendar(),
    directory(context),
    deps.prisma.$queryRaw<{ now: string }[]>`SELECT iso(service_clock()) AS now`,
  ]);
  try {
    return preview(application, snapshot, calendar, people, now[0]?.now ?? '', from);
  } catch (error) {
    if (!(error instanceof RuleMissing)) throw error;
    throw new Problem('rules.missing', { errors: [{ pointer: error.key, zh: error.zh, en: error.en }] });
  }
}

const dates = (from: string, to: string): string => (from === to ? from : `${from} – ${to}`);

/** The preview as text, a step a paragraph, in both languages. */
export function previewText({ steps, bar, fault, warnings }: Preview, names: ReadonlyMap<string, string>): string {
  const lines = steps.flatMap(({ step, acts, people, from, to, window, clauses }) => [
    `${dates(from, to)}  ${step}`,
    ...(acts.length > 0 ? [`  ${acts.map(({ zh, en }) => `${zh} / ${en}`).join('；')}`] : []),
    ...people.map(({ role, department, personIds }) => {
      const who = personIds.map((id) => names.get(id) ?? id).join('、');
      return `  ${role}${department === undefined ? '' : ` (${department})`}: ${who === '' ? '—' : who}`;
    }),
    ...(window
      ? [
          `  公示期 / window: ${window.n} ${window.unit} → ${window.lastDay} 24:00${window.provisional ? '（暂定 / provisional）' : ''}`,
          ...window.skipped.map(({ date, reason }) => `    ${date} 不计 / not counted: ${reason}`),
        ]
      : []),
    ...clauses.map(
      ({ clause, phrase, reading }) => `  ${clause}「${phrase}」${reading === undefined ? '' : `（理解 / reading：${reading}）`}`,
    ),
  ]);
  return [
    ...(bar ? [`不得赋权 / barred: ${bar.zh} / ${bar.en} (${bar.clause})`] : []),
    ...(fault ? [`须补正 / to be put right: ${fault.zh} / ${fault.en}`] : []),
    ...lines,
    ...warnings.map(({ zh, en }) => `注意 / warning: ${zh} / ${en}`),
    '',
  ].join('\n');
}
