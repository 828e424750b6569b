/** A rehearsal that somebody asks for, and what comes of it. */
import type { Label } from '../domain/labels.ts';
import type { Refusal } from '../domain/process.ts';

/** An act at a moment of the script: an instant or a date, or so many days after the rehearsal begins. */
export interface ScriptedAct {
  at?: string | undefined;
  afterDays?: number | undefined;
  /** Opens a case of the kind; without it the act is done to `caseId`, else to the rehearsed case. */
  open?: string | undefined;
  caseId?: string | undefined;
  personId: string;
  onBehalfOf?: string | undefined;
  type: string;
  body: unknown;
}

export interface RehearsalScript {
  institutionId: string;
  /** The case that is played on from where it stands. */
  caseId?: string | undefined;
  acts: ScriptedAct[];
  /** Last day of the rehearsal; without it until time has nothing more to bring. */
  until?: string | undefined;
}

/** The kind of the job that carries a rehearsal. */
export const rehearsalJob = 'rehearsal';

export interface RehearsalResult {
  startsAt: string;
  endsAt: string;
  /** What became of the script's acts, in its order. */
  acts: { n: number; at: string; type: string; outcome: 'done' | 'refused'; refusal?: Refusal }[];
  cases: {
    caseId: string;
    kind: string;
    status: string;
    step: string;
    stepLabel?: Label;
    timeline: { seq: number; on: string; at: string; type: string; by: string; clauses: string[]; lastDays: string[] }[];
    /** What would have been sent, and to whom. */
    letters: { seq: number; template: string; to: { personId?: string; role?: string; department?: string }; at: string }[];
    /** Where the case stands still: what somebody must do. */
    waitsFor: { act: string; role?: string; personId?: string; since: string; due?: string; alert?: string }[];
    /** What time would bring next. */
    wake?: { at: string; type: string };
  }[];
}
