/**
 * A case of any process in memory: acts go through `decide`, events through `evolve`, `tell` and `project`, as they do in
 * the workflow, and time brings what it brings at its instant. A test reads as a story with dates.
 */
import { expect } from '@jest/globals';
import type { CaseworkState, ProcessDefinition } from '../../../domain/casework/index.ts';
import type { Actor, Envelope, Facts, Guard, LedgerEvent, Message, Refusal, Task } from '../../../domain/process.ts';
import type { RuleSnapshot } from '../../../domain/rules.ts';
import { unreadable } from '../empowerment/recordedCase.ts';
import { rolesOf, shanghai, World } from '../empowerment/world.ts';

/** What surrounds a case, with the register of posts of leadership. */
export class Surroundings extends World {
  posts: NonNullable<Facts['posts']> = {};
}

export type Outcome = { done: LedgerEvent[] } | { refused: Refusal };

/** No decider may change what it is given: anything it touches throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export class Played<S extends CaseworkState> {
  readonly world: Surroundings;
  rules: RuleSnapshot;
  state: S;
  readonly ledger: LedgerEvent[] = [];
  readonly told: (Message & { seq: number })[] = [];
  now: string;
  private readonly process: ProcessDefinition<S>;
  private acts = 0;

  constructor(process: ProcessDefinition<S>, rules: RuleSnapshot, startsAt: string, world = new Surroundings()) {
    this.process = process;
    this.rules = rules;
    this.world = world;
    this.now = shanghai(startsAt);
    this.state = process.initial('case-1', rules.institutionId);
  }

  get step(): string {
    return this.state.step;
  }

  get tasks(): Task[] {
    return this.process.project(this.state).tasks;
  }

  /** Acts that somebody is asked for, with whom. */
  get todo(): string[] {
    return this.tasks.map((t) => `${t.act} ${t.personId ?? t.role ?? ''}`);
  }

  /** Types of what happened, in their order. */
  get story(): string[] {
    return this.ledger.map(({ type }) => type);
  }

  events<T>(type: string): T[] {
    return this.ledger.filter((event) => event.type === type).map((event) => event.data as T);
  }

  /** Who was told by the template, in their order. */
  toldOf(template: string): string[] {
    return this.told.filter((one) => one.template === template).map(({ to }) => ('personId' in to ? to.personId : to.role));
  }

  /** Lets time pass; what it brings on the way happens at its instant. */
  on(text: string): this {
    const until = shanghai(text);
    if (until < this.now) throw new Error(`${text} lies before ${this.now}`);
    this.wakeUntil(until);
    this.now = until;
    return this;
  }

  private wakeUntil(until: string): void {
    for (let wake = this.process.nextWake(this.state); wake && wake.at <= until; wake = this.process.nextWake(this.state)) {
      if (wake.at > this.now) this.now = wake.at;
      const outcome = this.perform({ kind: 'system' }, wake.type, wake.body, wake.at);
      if ('refused' in outcome) throw new Error(`${wake.type} at ${wake.at}: ${outcome.refused.code} ${outcome.refused.en}`);
      if (outcome.done.length === 0) throw new Error(`${wake.type} at ${wake.at} came to nothing`);
    }
  }

  private facts(type: string): Facts {
    const needs: readonly string[] = this.process.table[type]?.needs ?? [];
    const { calendar, bodies, relations, people, posts } = this.world;
    // Copies, so that freezing what a decider is given leaves the world as it is.
    const known: Facts = {
      ...plain({ bodies, relations, people, posts }),
      calendar,
      pinnedRules: this.rules,
      currentRules: this.rules,
    };
    return Object.fromEntries(Object.entries(known).filter(([name]) => needs.includes(name)));
  }

  envelope(actor: Actor, type: string, body: unknown, receivedAt = this.now): Envelope {
    return { actId: `act-${this.acts}`, type, receivedAt, actor, body, timely: {}, facts: this.facts(type) };
  }

  /** One act of whoever, taken or refused. What can be told before its body is known is told alike. */
  perform(actor: Actor, type: string, body: unknown, receivedAt = this.now): Outcome {
    this.acts += 1;
    const act = frozen(this.envelope(actor, type, body, receivedAt));
    const shut = this.process.openTo(this.state, act);
    const decision = this.process.decide(this.state, act);
    if ('refusal' in decision) return { refused: decision.refusal };
    expect([type, shut]).toEqual([type, undefined]);
    const guards = decision.guards ?? [];
    const refused = this.refusedByRecord(guards);
    if (refused) return { refused };
    const from = this.ledger.length;
    for (const { type: name, v, effectiveAt, data } of decision.events) this.append(act, name, v, effectiveAt, data);
    for (const guard of guards)
      if (guard.kind === 'assignNumber') {
        const seq = this.world.nextNumber();
        const number = `${guard.series}〔${guard.year}〕${seq}号`;
        this.append(act, 'caseNumbered', 1, guard.effectiveAt, { number, year: guard.year, seq });
      }
    this.isSound();
    return { done: this.ledger.slice(from) };
  }

  private append(act: Envelope, type: string, v: number, effectiveAt: string, data: unknown): void {
    const { actId, actor } = act;
    const event = frozen({
      type,
      v,
      effectiveAt,
      data: plain(data),
      seq: this.ledger.length + 1,
      recordedAt: this.now,
      actId,
      actor,
    });
    this.ledger.push(event);
    this.state = frozen(this.process.evolve(this.state, event));
    this.told.push(...this.process.tell(this.state, event).map((message) => ({ ...message, seq: event.seq })));
  }

  private refusedByRecord(guards: readonly Guard[]): Refusal | undefined {
    return guards.some((guard) => guard.kind === 'windowOver' && this.now < guard.endsAt)
      ? { code: 'window.notOver', status: 409, zh: '期限尚未届满', en: 'not over yet' }
      : undefined;
  }

  /** Plain JSON, the same when folded anew, and at rest only where it may be. */
  private isSound(): void {
    expect(plain(this.state)).toEqual(this.state);
    const again = this.ledger.reduce(
      (state, event) => this.process.evolve(state, event),
      this.process.initial('case-1', this.rules.institutionId),
    );
    expect(again).toEqual(this.state);
    const projection = this.process.project(this.state);
    expect(plain(projection)).toEqual(projection);
    if (this.process.isOver(this.state)) expect([projection.tasks, this.process.nextWake(this.state)]).toEqual([[], undefined]);
    for (const { act } of projection.tasks) expect(Object.keys(this.process.table)).toContain(act);
  }

  actor(who: string, onBehalfOf?: string): Actor {
    if (who === 'system') return { kind: 'system' };
    return { kind: 'person', personId: who, ...(onBehalfOf ? { onBehalfOf } : {}), roles: rolesOf(who), departments: [] };
  }

  tries(who: string, type: string, body: unknown = {}): Outcome {
    return this.perform(this.actor(who), type, body);
  }

  /** The act must be taken. */
  does(who: string, type: string, body: unknown = {}): this {
    const outcome = this.tries(who, type, body);
    if ('refused' in outcome) throw new Error(`${who} ${type} at ${this.step}: ${outcome.refused.code} ${outcome.refused.en}`);
    return this;
  }

  /** The act must be refused with the code, in words. */
  isRefused(who: string, type: string, body: unknown, code: string): Refusal {
    const outcome = this.tries(who, type, body);
    if (!('refused' in outcome)) throw new Error(`${who} ${type} was taken, and should have been refused with ${code}`);
    expect([outcome.refused.code, unreadable(outcome.refused)]).toEqual([code, []]);
    return outcome.refused;
  }
}
