/** What surrounds a case in these tests: institutions with their rules, people with their roles, other live cases. */
import type { Application } from '../../../domain/empowerment/index.ts';
import type { BodyFacts, DocumentRef, Facts, InstitutionRole, Role, SealedRef } from '../../../domain/process.ts';
import type { RuleKey, RuleSnapshot, RuleValues } from '../../../domain/rules.ts';
import type { Calendar } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { loadSample, loadShippedPacks, resolve, type SampleName } from '../../../policies/index.ts';

/** `2026-03-02 10:00`, or with seconds and milliseconds, in Shanghai, as an instant. */
export const shanghai = (text: string): string => new Date(`${text.replace(' ', 'T')}+08:00`).toISOString();

export const sealed = (text: string): SealedRef => ({ sealed: `sealed:${text}`, digest: `digest:${text}` });
export const paper = (title: string): DocumentRef => ({ document: `sha256:${title}` });

const snapshots = new Map<string, RuleSnapshot>();

/** The rules of a sample institution on a date; `changes` replaces single values, under another hash. */
export function rulesOf(name: SampleName, on: string, changes: Partial<RuleValues> = {}): RuleSnapshot {
  const id = `${name}/${on}`;
  const known = snapshots.get(id) ?? resolve({ ...loadSample(name), on, packs: loadShippedPacks() });
  snapshots.set(id, known);
  return changed(known, changes);
}

/** The snapshot with other values; a key without a rule gets one of the unit's own. */
export function changed(rules: RuleSnapshot, changes: Partial<RuleValues>): RuleSnapshot {
  if (Object.keys(changes).length === 0) return rules;
  const next: Partial<Record<RuleKey, unknown>> = { ...rules.rules };
  for (const [key, value] of Object.entries(changes)) {
    const base = rules.rules[key as RuleKey] ?? {
      key,
      force: 'mandatory',
      cite: { clause: 'overlay.99', phrase: 'test' },
      source: { pack: 'overlay', version: '1', rank: 'institution' },
      from: '2024-01-01',
    };
    next[key as RuleKey] = { ...base, value };
  }
  return { ...rules, hash: `${rules.hash}+${JSON.stringify(changes)}`, rules: next as RuleSnapshot['rules'] };
}

/** Without a key, as where no source gives it. */
export function lacking(rules: RuleSnapshot, key: RuleKey): RuleSnapshot {
  const rest = { ...rules.rules };
  delete rest[key];
  return { ...rules, hash: `${rules.hash}-${key}`, rules: rest };
}

const departments = ['techTransfer', 'research', 'finance', 'personnel', 'stateAssets', 'legal', 'discipline'];

/** Seven in the leading group (g1 to g7), nine in the leadership (l1 to l9), two substitutes for each. */
export function usualBodies(): { leadingGroup: BodyFacts; leadership: BodyFacts } {
  return {
    leadingGroup: {
      members: departments.map((department, i) => ({ personId: `g${i + 1}`, department })),
      substitutes: [{ personId: 'gs1' }, { personId: 'gs2', for: 'g2' }],
    },
    leadership: {
      members: Array.from({ length: 9 }, (_, i) => ({ personId: `l${i + 1}` })),
      substitutes: [{ personId: 'ls1' }, { personId: 'ls2' }],
    },
  };
}

/** Roles by name: everybody of the institution is a member; `outsider` is not of it. */
export function rolesOf(personId: string): Role[] {
  const name = personId.replace(/\d+$/, '');
  const own: Record<string, Role[]> = {
    officer: ['officer'],
    secretary: ['secretary'],
    signatory: ['signatory'],
    administrator: ['administrator'],
    supervisor: ['supervisor'],
    reviewer: ['departmentReviewer'],
    outsider: ['interestedParty'],
  };
  return name === 'outsider' ? ['interestedParty'] : ['member', ...(own[name] ?? [])];
}

/** Other live cases, numbers given, and what is on file about people: what the record and the dispatcher know. */
export class World {
  calendar: Calendar = shippedCalendar;
  bodies = usualBodies();
  relations: [string, string][] = [];
  readonly people: NonNullable<Facts['people']> = Object.fromEntries(
    'an bo chen ding eva fang g1 g2 gs1 gs2 ls1 ls2 officer officer2 secretary signatory administrator'
      .split(' ')
      .map((id) => [id, { status: 'active' as const, departments: [], roles: rolesOf(id) as InstitutionRole[] }]),
  );
  /** Live claims by achievement. */
  readonly claims = new Map<string, string[]>();
  private numbers = 0;

  nextNumber(): number {
    this.numbers += 1;
    return this.numbers;
  }
}

export interface Plan {
  mode: Application['mode'];
  road?: Application['road'];
  /** Inventors with their share in per cent; the first is the representative. */
  team?: Record<string, number>;
  unitPpm?: number;
  years?: number;
  priceFen?: string;
  more?: Partial<Application>;
}

const affirmed = { affirmed: true, evidence: [paper('evidence')] };

/** A complete application by the plan: a patent, nothing secret, all conditions shown. */
export function applicationOf({
  mode,
  road,
  team = { an: 50, bo: 30, chen: 20 },
  unitPpm,
  years,
  priceFen,
  more,
}: Plan): Application {
  const inventors = Object.entries(team).map(([personId, percent]) => ({ personId, ppm: Math.round(percent * 10_000) }));
  return {
    mode,
    ...(road ? { road } : {}),
    achievementId: 'achievement-1',
    title: sealed('title'),
    resultKind: 'patent',
    resultNumber: 'ZL202410000001.0',
    inventors,
    coOwners: [],
    representativeId: inventors[0]?.personId ?? '',
    unitPpm: unitPpm ?? (mode === 'coOwnership' ? 300_000 : mode === 'fullOwnership' ? 0 : 1_000_000),
    incomeUnitPpm: 300_000,
    exclusions: {
      nationalSecurity: false,
      defenceSecurity: false,
      publicSecurity: false,
      economicSecurity: false,
      socialStability: false,
    },
    secrecy: { secret: false, screened: paper('screening form') },
    conditions: { clearTitle: affirmed, clearProspects: affirmed, definiteRecipient: affirmed, strongWill: affirmed },
    burdens: [],
    exportCheck: { needed: false },
    ethicsCheck: { needed: false },
    ...(mode === 'useRight' ? { plan: { document: paper('plan'), partners: [] }, years: years ?? 10 } : {}),
    ...(priceFen === undefined ? {} : { price: { intendedFen: priceFen, buyerIds: inventors.map((i) => i.personId) } }),
    ...more,
  };
}
