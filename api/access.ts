/**
 * Who calls and what they may do here, read from the database at each request: a token is only a name. Memberships and
 * delegations hold on the day by the database's clock in Asia/Shanghai, so a delegation ends with its last day.
 */
import type { ActType, DecidingBody } from '../domain/empowerment/index.ts';
import type { GlobalRole, InstitutionRole } from '../domain/process.ts';
import { sql, type Db } from './db.ts';
import { Problem } from './problems.ts';
import type { Audience } from './table.ts';

/** An institution as requests name it. */
export interface InstitutionFacts {
  id: string;
  code: string;
  name: string;
}

/** Roles held in an institution: one's own, or another person's for the time of a delegation. */
export interface Grant {
  /** Whose roles they are, when not one's own. */
  onBehalfOf?: string;
  roles: InstitutionRole[];
  departments: string[];
  /** Acts to which a delegation is limited; empty means all. */
  acts: string[];
  /** Who stands behind what is done by it: the caller, and whose roles they are. */
  hands: string[];
  /** Persons declared related to any of these. */
  kin: string[];
}

interface CallerFacts {
  personId: string;
  globalRoles: GlobalRole[];
  institution?: InstitutionFacts;
  /** One's own roles first, then those of each valid delegation. */
  grants: Grant[];
  /** Deciding bodies in which the caller has a seat today; a substitute has one only where named for it. */
  seats: DecidingBody[];
  /** Persons declared related to the caller here. */
  related: string[];
  /** The day it is in Asia/Shanghai. */
  today: string;
}

/** The person who calls. */
export class Caller {
  readonly #facts: CallerFacts | undefined;

  constructor(facts: CallerFacts | undefined) {
    this.#facts = facts;
  }

  get #known(): CallerFacts {
    if (this.#facts === undefined) throw new Error('An endpoint without token asked who calls');
    return this.#facts;
  }

  get personId(): string {
    return this.#known.personId;
  }

  get globalRoles(): GlobalRole[] {
    return this.#known.globalRoles;
  }

  get grants(): Grant[] {
    return this.#known.grants;
  }

  get seats(): DecidingBody[] {
    return this.#known.seats;
  }

  get related(): string[] {
    return this.#known.related;
  }

  get today(): string {
    return this.#known.today;
  }

  /** The institution in the path. */
  get institution(): InstitutionFacts {
    const { institution } = this.#known;
    if (institution === undefined) throw new Error('An endpoint outside institutions asked for one');
    return institution;
  }

  /** Roles held whole. A delegation for single acts of cases is no right to read or to change anything else. */
  get #wholeGrants(): Grant[] {
    return this.grants.filter(({ acts }) => acts.length === 0);
  }

  /** Delegations for single acts. */
  get namedGrants(): Grant[] {
    return this.grants.filter(({ acts }) => acts.length > 0);
  }

  /** The rights by which the caller holds any of the roles as a whole, of their own or by delegation. */
  holding(...roles: InstitutionRole[]): Grant[] {
    return this.#wholeGrants.filter((grant) => grant.roles.some((role) => roles.includes(role)));
  }

  /** Whether the caller holds any of the roles as a whole. */
  has(...roles: InstitutionRole[]): boolean {
    return this.holding(...roles).length > 0;
  }

  /** Whether the caller belongs to the institution. */
  get isMember(): boolean {
    return this.has('member');
  }

  /** Whose right is used, when a role is held by delegation alone: both names go on the record. */
  behalfFor(...roles: InstitutionRole[]): string | undefined {
    const held = this.holding(...roles);
    return held.some(({ onBehalfOf }) => onBehalfOf === undefined) ? undefined : held[0]?.onBehalfOf;
  }
}

interface Row {
  person: string | null;
  person_status: string;
  global_roles: GlobalRole[];
  institution: InstitutionFacts | null;
  today: string;
  seats: DecidingBody[];
  related: string[];
  own: { roles: InstitutionRole[]; departments: string[] } | null;
  delegated: {
    onBehalfOf: string;
    memberRoles: InstitutionRole[];
    roles: InstitutionRole[];
    departments: string[];
    acts: string[];
    related: string[];
  }[];
}

/** As ids are written; any other subject is one of a login system. */
const PERSON_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Reads callers. */
export class Access {
  readonly #db: Db;
  readonly #verify: (header: string | undefined) => Promise<string>;

  constructor(db: Db, verify: (header: string | undefined) => Promise<string>) {
    this.#db = db;
    this.#verify = verify;
  }

  /** The caller, or the problem: 401 without a good token, 404 outside one's institution, 403 without the role. */
  async callerFor(
    audience: Audience,
    header: string | undefined,
    institutionCode: string | undefined,
    acts: readonly ActType[] = [],
  ): Promise<Caller> {
    if (audience === 'anyone') return new Caller(undefined);
    const subject = await this.#verify(header);
    const row = await this.#read(subject, institutionCode);
    // The dead and the erased cannot act, whatever token is about.
    if (!row || row.person === null || row.person_status === 'deceased') throw new Problem('auth.unknownPerson');
    if (institutionCode !== undefined && row.institution === null) throw new Problem('notFound');
    const caller = new Caller({
      personId: row.person,
      globalRoles: row.global_roles,
      ...(row.institution ? { institution: row.institution } : {}),
      grants: grantsOf(row),
      seats: row.seats,
      related: row.related,
      today: row.today,
    });
    if (audience !== 'token') admit(caller, audience, institutionCode !== undefined, acts);
    return caller;
  }

  async #read(subject: string, code: string | undefined): Promise<Row | undefined> {
    // Person ids are looked up as such: as texts they would be compared with those of everybody.
    const id = PERSON_ID.test(subject) ? subject : null;
    const rows = await this.#db.rows<Row>(sql`
      WITH clock AS (SELECT (service_clock() AT TIME ZONE 'Asia/Shanghai')::date AS today),
      the_person AS (
        SELECT * FROM person WHERE erased_at IS NULL AND (id = ${id}::uuid OR external_id = ${subject})
         ORDER BY (id = ${id}::uuid) DESC NULLS LAST LIMIT 1
      ),
      the_institution AS (SELECT * FROM institution WHERE code = ${code ?? null}),
      members AS (
        SELECT m.person_id, array_append(array_remove(m.roles, 'member'), 'member') AS roles, m.departments
          FROM membership m JOIN the_institution i ON i.id = m.institution_id, clock
         WHERE NOT m.ended AND m."from" <= clock.today AND (m.until IS NULL OR m.until >= clock.today)
      )
      SELECT p.id::text AS person, p.status AS person_status, p.global_roles, clock.today::text AS today,
        (SELECT jsonb_build_object('id', i.id, 'code', i.code, 'name', i.name) FROM the_institution i) AS institution,
        (SELECT jsonb_build_object('roles', m.roles, 'departments', m.departments)
           FROM members m WHERE m.person_id = p.id) AS own,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('onBehalfOf', d.from_person, 'memberRoles', m.roles, 'roles', d.roles,
                  'departments', m.departments, 'acts', d.acts,
                  'related', (SELECT coalesce(jsonb_agg(CASE WHEN r.person_a = d.from_person THEN r.person_b ELSE r.person_a END), '[]')
                                FROM relation r WHERE r.institution_id = i.id AND d.from_person IN (r.person_a, r.person_b)))
                  ORDER BY d.first_day, d.id), '[]')
           FROM delegation d JOIN the_institution i ON i.id = d.institution_id
           JOIN members m ON m.person_id = d.from_person
          WHERE d.to_person = p.id AND d.revoked_at IS NULL
            AND d.first_day <= clock.today AND d.last_day >= clock.today
            AND EXISTS (SELECT 1 FROM members me WHERE me.person_id = p.id)) AS delegated,
        (SELECT coalesce(jsonb_agg(DISTINCT b.body), '[]') FROM body_member b JOIN the_institution i ON i.id = b.institution_id
          WHERE b.person_id = p.id AND NOT b.substitute AND b."from" <= clock.today AND (b.until IS NULL OR b.until >= clock.today)
            AND EXISTS (SELECT 1 FROM members me WHERE me.person_id = p.id)) AS seats,
        (SELECT coalesce(jsonb_agg(DISTINCT CASE WHEN r.person_a = p.id THEN r.person_b ELSE r.person_a END), '[]')
           FROM relation r JOIN the_institution i ON i.id = r.institution_id
          WHERE p.id IN (r.person_a, r.person_b)) AS related
        FROM the_person p, clock`);
    return rows[0];
  }
}

/** Nobody can hand on more than they hold, nor what a delegation does not name. */
function grantsOf({ person, related: kin, own, delegated }: Row): Grant[] {
  const self = person === null ? [] : [person];
  const grants: Grant[] = own ? [{ roles: own.roles, departments: own.departments, acts: [], hands: self, kin }] : [];
  for (const { onBehalfOf, memberRoles, roles, departments, acts, related } of delegated) {
    const handed = memberRoles.filter((role) => role !== 'member' && (roles.length === 0 || roles.includes(role)));
    const behind = { hands: [...self, onBehalfOf], kin: [...kin, ...related] };
    if (handed.length > 0) grants.push({ onBehalfOf, roles: handed, departments, acts, ...behind });
  }
  return grants;
}

/** `acts` are those for which the endpoint is needed: who is deputy for one of them alone may call it too. */
function admit(
  caller: Caller,
  audience: (InstitutionRole | GlobalRole)[],
  inInstitution: boolean,
  acts: readonly ActType[],
): void {
  // Whoever has a token may be an interested party.
  const global: (InstitutionRole | GlobalRole)[] = ['interestedParty', ...caller.globalRoles];
  if (audience.some((role) => global.includes(role))) return;
  if (inInstitution && !caller.isMember) throw new Problem('notFound');
  const roles = audience as InstitutionRole[];
  const named = caller.namedGrants.some(
    (grant) =>
      grant.roles.some((role) => roles.includes(role)) && grant.acts.some((act) => (acts as readonly string[]).includes(act)),
  );
  if (!caller.has(...roles) && !named) throw new Problem('access.denied');
}
