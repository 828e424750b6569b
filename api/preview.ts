/** What lies before a case: the domain's preview over the institution's rules, calendar and people of today. */
import type { Assessment } from '../domain/collective/index.ts';
import { preview, type Directory, type Preview, type PreviewStep } from '../domain/empowerment/preview.ts';
import type { Application } from '../domain/empowerment/index.ts';
import type { OpenState } from '../domain/empowerment/state.ts';
import type { InstitutionRole, PersonStatus } from '../domain/process.ts';
import { RuleMissing, type RuleSnapshot } from '../domain/rules.ts';
import { barsTold, counted, type AssessmentTold, type Counted } from './caseRead.ts';
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

/** The path of the application from today, or what of it is ahead of its running case. */
export async function previewFor(
  context: Context,
  application: Application,
  rules: RuleSnapshot | undefined,
  running: OpenState | undefined,
  objectors: string[] = [],
): Promise<Preview> {
  const { deps, caller } = context;
  const [snapshot, calendar, people, now] = await Promise.all([
    rules ?? deps.law.rulesOn(caller.institution.id, caller.today),
    deps.law.calendar(),
    directory(context),
    deps.prisma.$queryRaw<{ now: string }[]>`SELECT iso(service_clock()) AS now`,
  ]);
  try {
    return preview(application, snapshot, calendar, { ...people, objectors }, now[0]?.now ?? '', running);
  } catch (error) {
    if (!(error instanceof RuleMissing)) throw error;
    throw new Problem('rules.missing', { errors: [{ pointer: error.key, zh: error.zh, en: error.en }] });
  }
}

/** What a caller learns of who may vote: everything, that members stand aside but not as objectors or kin, or numbers alone. */
export type VotersTold = 'all' | 'interest' | 'numbers';

/** A preview as one caller may see it. */
export type PreviewTold = Omit<Preview, 'steps'> & {
  steps: (Omit<PreviewStep, 'assessment'> & { assessment?: Assessment | AssessmentTold | Counted })[];
};

const votersTold = (assessment: Assessment, told: VotersTold): Assessment | AssessmentTold | Counted =>
  told === 'numbers' ? counted(assessment) : told === 'interest' ? barsTold(assessment) : assessment;

/** Whoever is not of the institution does not learn who sits in its bodies either. */
export function toldPreview({ steps, ...rest }: Preview, voters: VotersTold, ofInstitution: boolean): PreviewTold {
  return {
    ...rest,
    steps: steps.map(({ assessment, people, ...step }) => ({
      ...step,
      people: ofInstitution ? people : people.filter(({ body }) => body === undefined),
      ...(assessment ? { assessment: votersTold(assessment, voters) } : {}),
    })),
  };
}
