/**
 * A case in memory: acts go through `decide`, events through `evolve`, `tell` and `project`, as they do in the workflow,
 * and a small record gives numbers, links and refusals by its guards. A test reads as a story with dates.
 */
import { expect } from '@jest/globals';
import {
  actTable,
  empowerment,
  type ActType,
  type Bodies,
  type EmpowermentEvent,
  type EmpowermentState,
  type EmpowermentEvents,
} from '../../../domain/empowerment/index.ts';
import type { Actor, Envelope, Facts, Guard, LedgerEvent, Message, Refusal, Task } from '../../../domain/process.ts';
import type { RuleSnapshot } from '../../../domain/rules.ts';
import { faultsOf, restingFaults } from './sound.ts';
import { rolesOf, shanghai, World } from './world.ts';

export type Outcome = { done: EmpowermentEvent[] } | { refused: Refusal };

/** No decider may change what it is given: anything it touches throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}

const ids = /\b(bo|chen|ding|eva|fang|(g|l)s?\d)\b/;

/** A refusal that names a code on purpose: what was sent. */
const naming = ['actUnknown'];

/** What people could not read in a refusal's words: ids of persons, and codes. */
export function unreadable({ code, zh, en, persons = [] }: Refusal): string[] {
  const faults: string[] = [];
  if (!/\p{Script=Han}/u.test(zh) || en.length < 6) faults.push(`no words: ${zh} / ${en}`);
  if (!naming.includes(code) && /[A-Za-z]{2,}/.test(zh)) faults.push(`a code in the Chinese: ${zh}`);
  if (!naming.includes(code) && /[a-z][A-Z]/.test(en)) faults.push(`a code in the English: ${en}`);
  if (ids.test(en) || persons.some((id) => zh.includes(id))) faults.push(`a person: ${en}`);
  return faults;
}

export class RecordedCase {
  readonly id: string;
  readonly world: World;
  /** The rules as they resolve today; a case is pinned to those of its first day. */
  rules: RuleSnapshot;
  state: EmpowermentState;
  readonly ledger: LedgerEvent[] = [];
  readonly told: (Message & { seq: number })[] = [];
  now: string;
  private acts = 0;

  constructor(rules: RuleSnapshot, startsAt: string, options: { id?: string; world?: World } = {}) {
    this.id = options.id ?? 'case-1';
    this.world = options.world ?? new World();
    this.rules = rules;
    this.now = shanghai(startsAt);
    this.state = empowerment.initial(this.id, rules.institutionId);
  }

  get step(): string {
    return this.state.step;
  }

  get application(): Bodies['sendForConsent']['application'] {
    if (!this.state.application) throw new Error('The case is not open');
    return this.state.application;
  }

  get tasks(): Task[] {
    return empowerment.project(this.state).tasks;
  }

  /** Acts that somebody is asked for, with whom: `consent bo`, `passCheck officer`. */
  get todo(): string[] {
    return this.tasks.map((t) => `${t.act} ${t.personId ?? t.department ?? t.role ?? ''}`);
  }

  events<T extends keyof EmpowermentEvents>(type: T): EmpowermentEvents[T][] {
    return this.ledger.filter((e) => e.type === type).map((e) => e.data as EmpowermentEvents[T]);
  }

  /** Lets time pass; what it brings on the way happens at its instant. */
  on(text: string): this {
    const until = shanghai(text);
    if (until < this.now) throw new Error(`${text} lies before ${this.now}`);
    this.wakeUntil(until);
    this.now = until;
    return this;
  }

  /** Performs what time has brought by the instant. */
  wakeUntil(until: string): void {
    for (let wake = empowerment.nextWake(this.state); wake && wake.at <= until; wake = empowerment.nextWake(this.state)) {
      this.now = wake.at > this.now ? wake.at : this.now;
      const outcome = this.perform({ kind: 'system' }, wake.type as ActType, wake.body as never);
      if ('refused' in outcome) throw new Error(`${wake.type} at ${wake.at}: ${outcome.refused.code}`);
    }
  }

  private facts(type: ActType): Facts {
    const { needs } = actTable[type];
    const { calendar, bodies, relations, people } = this.world;
    return {
      ...(needs.includes('calendar') ? { calendar } : {}),
      ...(needs.includes('bodies') ? { bodies } : {}),
      ...(needs.includes('relations') ? { relations } : {}),
      ...(needs.includes('people') ? { people } : {}),
      ...(needs.includes('pinnedRules') ? { pinnedRules: this.rules } : {}),
      ...(needs.includes('currentRules') ? { currentRules: this.rules } : {}),
    };
  }

  /** The act as it comes to the case. */
  envelope<T extends ActType>(actor: Actor, type: T, body: Bodies[T], receivedAt = this.now): Envelope<T, Bodies[T]> {
    const running = this.state.notices.filter((n) => n.deadline.state === 'running').map((n) => n.deadline);
    return {
      actId: `${this.id}-act-${this.acts}`,
      type,
      receivedAt,
      actor,
      body,
      timely: Object.fromEntries(running.map(({ key, endsAt }) => [key, receivedAt < endsAt])),
      facts: Object.hasOwn(actTable, type) ? this.facts(type) : {},
    };
  }

  /** One act of whoever, taken or refused; `receivedAt` lets it be received before it is delivered. */
  perform<T extends ActType>(actor: Actor, type: T, body: Bodies[T], receivedAt = this.now): Outcome {
    this.acts += 1;
    const act: Envelope = this.envelope(actor, type, body, receivedAt);
    const before = this.state;
    const decision = empowerment.decide(this.state, act);
    expect(this.state).toBe(before);
    if ('refusal' in decision) return { refused: decision.refusal };
    const refused = this.refusedByRecord(decision.guards ?? []);
    if (refused) return { refused };
    const from = this.ledger.length;
    for (const { type: name, v, effectiveAt, data } of decision.events) this.append(act, name, v, effectiveAt, data);
    this.afterwards(act, decision.guards ?? []);
    const faults = restingFaults(this.state);
    if (faults.length > 0) throw new Error(`${type}: ${faults.join('; ')}`);
    return { done: this.ledger.slice(from) as EmpowermentEvent[] };
  }

  private append(act: Envelope, type: string, v: number, effectiveAt: string, data: unknown): void {
    const plain = JSON.parse(JSON.stringify(data)) as unknown;
    const event = {
      type,
      v,
      effectiveAt,
      data: plain,
      seq: this.ledger.length + 1,
      recordedAt: this.now,
      actId: act.actId,
      actor: act.actor,
    };
    const before = this.state;
    this.ledger.push(event);
    this.state = frozen(empowerment.evolve(before, frozen(event as EmpowermentEvent)));
    const told = empowerment.tell(this.state, event as EmpowermentEvent);
    this.told.push(...told.map((message) => ({ ...message, seq: event.seq })));
    const faults = faultsOf(before, this.state, this.ledger, told);
    if (faults.length > 0) throw new Error(`${type}: ${faults.join('; ')}`);
  }

  private refusedByRecord(guards: Guard[]): Refusal | undefined {
    const { claims } = this.world;
    for (const guard of guards) {
      if (guard.kind === 'windowOver' && this.now < guard.endsAt)
        return { code: 'window.notOver', status: 409, zh: '期限尚未届满', en: 'not over yet' };
      if (guard.kind === 'soleClaim' && claims.get(guard.achievementId)?.some((id) => id !== this.id))
        return { code: 'achievementClaimed', status: 409, zh: '另有在办申请', en: 'claimed by another live case' };
    }
    return undefined;
  }

  private afterwards(act: Envelope, guards: Guard[]): void {
    const { claims } = this.world;
    for (const guard of guards)
      if (guard.kind === 'releaseAchievement')
        claims.set(
          guard.achievementId,
          (claims.get(guard.achievementId) ?? []).filter((id) => id !== this.id),
        );
    for (const guard of guards)
      if (guard.kind === 'claimAchievement') {
        const others = claims.get(guard.achievementId) ?? [];
        claims.set(guard.achievementId, [...others, this.id]);
        if (others.length > 0)
          this.append(act, 'applicationLinked', 1, guard.effectiveAt, {
            achievementId: guard.achievementId,
            otherCaseIds: others,
          });
      }
    for (const guard of guards)
      if (guard.kind === 'assignNumber') {
        const seq = this.world.nextNumber();
        this.append(act, 'caseNumbered', 1, guard.effectiveAt, {
          number: `${guard.series}〔${guard.year}〕${seq}号`,
          year: guard.year,
          seq,
        });
      }
  }

  actor(who: string, onBehalfOf?: string): Actor {
    if (who === 'system') return { kind: 'system' };
    const departments = who.startsWith('reviewer-') ? [who.slice('reviewer-'.length)] : [];
    const roles = rolesOf(who.startsWith('reviewer-') ? 'reviewer' : who);
    return { kind: 'person', personId: who, ...(onBehalfOf ? { onBehalfOf } : {}), roles, departments };
  }

  tries<T extends ActType>(who: string, type: T, body: Bodies[T]): Outcome {
    return this.perform(this.actor(who), type, body);
  }

  /** The act must be taken. */
  does<T extends ActType>(who: string, type: T, body: Bodies[T]): this {
    const outcome = this.tries(who, type, body);
    if ('refused' in outcome) throw new Error(`${who} ${type} at ${this.step}: ${outcome.refused.code} ${outcome.refused.en}`);
    return this;
  }

  /** The act must be refused with the code. */
  isRefused<T extends ActType>(who: string, type: T, body: Bodies[T], code: string): Refusal {
    const outcome = this.tries(who, type, body);
    if (!('refused' in outcome)) throw new Error(`${who} ${type} was taken, and should have been refused with ${code}`);
    expect(outcome.refused.code).toBe(code);
    expect(unreadable(outcome.refused)).toEqual([]);
    return outcome.refused;
  }

  /** The state folded anew from the ledger. */
  replayed(): EmpowermentState {
    const initial = empowerment.initial(this.id, this.rules.institutionId);
    return (this.ledger as EmpowermentEvent[]).reduce((state, event) => empowerment.evolve(state, event), initial);
  }
}
