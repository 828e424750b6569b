/** New law and new calendars in a running case: what prevails stops it, a recorded transition moves it, days are counted anew. */
import { recounted, wasTold } from '../mending/index.ts';
import type { Asking, DeadlineRow, Decision, Envelope } from '../process.ts';
import { refuse } from '../refusal.ts';
import { sameRules } from '../rules.ts';
import { decided, fact, happened, type CommonBodies, type CommonEvents } from './events.ts';
import type { CaseworkState, Opened } from './state.ts';

type State = Opened<CaseworkState>;

export function raisePrevailingRules(state: State, act: Envelope<string, CommonBodies['raisePrevailingRules']>): Decision {
  const { toHash, keys } = act.body;
  const known = state.raised && keys.every((key) => state.raised?.keys.includes(key));
  if (known || state.rules.hash === toHash)
    return refuse('alreadyRaised', '该规则变化已提示。', 'The case is raised already.', { status: 409 });
  return decided([happened(act, 'rulesRaised', act.body)]);
}

/** Why the case cannot be moved to today's rules, or nothing. */
export function transitionFault(state: State, act: Asking, toHash?: string): Decision | undefined {
  const rules = fact(act, 'currentRules');
  // A case that was raised is moved in any case: the rule that raised it may have been taken back since.
  if (rules.hash === state.rules.hash || (!state.raised && sameRules(rules, state.rules)))
    return refuse('rulesUnchanged', '本案已适用现行规则。', 'The case is under the current rules already.', { status: 409 });
  return toHash === undefined || rules.hash === toHash
    ? undefined
    : refuse(
        'rulesMoved',
        '现行规则与所选版本不一致，请核对后再决定。',
        'The current rules are not the version you chose; look again.',
        { status: 409, at: '/toHash' },
      );
}

/** The recorded transition. What has been agreed and counted stands; what comes is decided by the new rules. */
export function transitionRules(state: State, act: Envelope<string, CommonBodies['transitionRules']>): Decision {
  const { toHash, minutesNumber, minutes, grounds } = act.body;
  const rules = fact(act, 'currentRules');
  const moved = {
    fromHash: state.rules.hash,
    rules,
    minutesNumber,
    minutes,
    grounds,
  } satisfies CommonEvents['rulesTransitioned'];
  return transitionFault(state, act, toHash) ?? decided([happened(act, 'rulesTransitioned', moved)]);
}

/** Counts running deadlines anew by the calendar that was imported. */
export function applyCalendar(act: Envelope<string, CommonBodies['applyCalendar']>, deadlines: readonly DeadlineRow[]): Decision {
  const calendar = fact(act, 'calendar');
  const events = deadlines
    .filter((row) => act.body.deadline === undefined || row.key === act.body.deadline)
    .flatMap((row) => {
      const deadline = recounted(row, act.receivedAt, calendar, wasTold(row));
      return deadline
        ? [happened(act, 'deadlineRecounted', { key: row.key, deadline } satisfies CommonEvents['deadlineRecounted'])]
        : [];
    });
  return events.length > 0
    ? decided(events)
    : refuse('nothingToRecount', '没有因新日历而变化的期限。', 'The new calendar changes no deadline of this case.', {
        status: 409,
      });
}
