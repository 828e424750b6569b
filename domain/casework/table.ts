/** How a process declares its acts: one row for each, role × step, with what must be read before it is decided. */
import type { Role } from '../process.ts';

/** What the dispatcher must read before the act is decided. */
export type FactNeed =
  | 'calendar'
  | 'bodies'
  | 'relations'
  | 'people'
  /** The snapshot that the API pinned to the case with its opening act. */
  | 'pinnedRules'
  /** The rules as they would resolve on the day of receipt. */
  | 'currentRules'
  /** The rights that are on record for the achievements named in the act. */
  | 'rightsOnFile'
  /** Time that the persons of the case have been on leave, here and as far as others agreed to tell. */
  | 'leave'
  /** Posts of leadership that the persons of the case hold or held. */
  | 'posts'
  /** Days of its notices without a successful read, where the service reads them. */
  | 'unreadDays';

/** One row; an act of an office needs the relations, by which kin of those concerned are told from others. */
export interface ActRow<Step extends string = string> {
  /** Any one of these roles suffices; `system` acts come from timers and the platform alone. */
  roles: (Role | 'system')[];
  steps: Step[];
  needs: FactNeed[];
  zh: string;
  en: string;
  /** Carries the case on: waits while it is on hold, and while a prevailing rule asks for a transition. */
  waits?: boolean;
}
