/** A case as a play: who does what on which day, on a rehearsal or anything that takes acts and lets time pass as one does. */
import type { ActAnswer, ProcessKind } from '../../contracts/messages.ts';
import type { Refusal } from '../../domain/process.ts';
import { paper, type Outcome, type RehearsedAct } from '../../runtime/rehearsing/rehearsal.ts';
import { sampleInstitutionId, samplePersonId, type SampleName } from '../../runtime/samplePeople.ts';

/** `2026-03-02 10:00` or `2026-03-02 23:59:59.999` in Asia/Shanghai, as an instant. */
export const shanghai = (text: string): string => new Date(`${text.replace(' ', 'T')}+08:00`).toISOString();

/** A paper of the title, as an act names it. */
export const document = (title: string): { document: string } => ({ document: paper(title) });

/** What a play needs of its stage. */
export interface Boards {
  perform(act: RehearsedAct): Promise<Outcome>;
  advanceTo(instant: string): Promise<void>;
}

interface Opening {
  begin(kind: ProcessKind, act: Omit<RehearsedAct, 'caseId'>): Promise<{ caseId: string; outcome: Outcome }>;
}

function taken(what: string, outcome: Outcome): ActAnswer {
  if (outcome.outcome === 'refused') throw new Error(`${what}: ${outcome.refusal.code} ${outcome.refusal.en}`);
  return outcome;
}

export class Play<S extends Boards> {
  readonly rehearsal: S;
  readonly institution: SampleName;
  caseId = '';

  constructor(rehearsal: S, institution: SampleName) {
    this.rehearsal = rehearsal;
    this.institution = institution;
  }

  get institutionId(): string {
    return sampleInstitutionId(this.institution);
  }

  /** Id of one of the institution's people, or of an outsider. */
  person(key: string): string {
    return samplePersonId(key === 'operator' || key === 'interested' ? 'outside' : this.institution, key);
  }

  /** Lets time pass until the Shanghai time. */
  async on(text: string): Promise<this> {
    await this.rehearsal.advanceTo(shanghai(text));
    return this;
  }

  /** Opens a case of the process by the act, which must be taken; it is the play's own from then on. */
  async opens(this: Play<S & Opening>, kind: ProcessKind, who: string, type: string, body: unknown): Promise<ActAnswer> {
    const act = { institutionId: this.institutionId, personId: this.person(who), type, body };
    const { caseId, outcome } = await this.rehearsal.begin(kind, act);
    this.caseId = caseId;
    return taken(`${who} ${type}`, outcome);
  }

  async tries(who: string, type: string, body: unknown, onBehalfOf?: string): Promise<Outcome> {
    return this.rehearsal.perform({
      caseId: this.caseId,
      institutionId: this.institutionId,
      personId: this.person(who),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf: this.person(onBehalfOf) }),
      type,
      body,
    });
  }

  /** The act must be taken. */
  async does(who: string, type: string, body: unknown, onBehalfOf?: string): Promise<ActAnswer> {
    return taken(`${who} ${type}`, await this.tries(who, type, body, onBehalfOf));
  }

  /** The act must be refused with the code. */
  async isRefused(who: string, type: string, body: unknown, code: string): Promise<Refusal> {
    const outcome = await this.tries(who, type, body);
    if (outcome.outcome !== 'refused') throw new Error(`${who} ${type} was taken, and should have been refused with ${code}`);
    if (outcome.refusal.code !== code)
      throw new Error(`${who} ${type} was refused with ${outcome.refusal.code} instead of ${code}: ${outcome.refusal.en}`);
    return outcome.refusal;
  }
}
