/**
 * Every process with what is played of it. A process that is not here, or of which a step or an act is in no saved
 * history, fails the gate (replay.test.ts), which says what to do.
 */
import type { ProcessKind } from '../../contracts/messages.ts';
import { played as empowerment } from './empowerment/index.ts';
import type { PlayedProcess } from './plays.ts';

export const playedProcesses: Record<ProcessKind, PlayedProcess> = { empowerment };
