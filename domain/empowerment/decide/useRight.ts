/** What an agreement on a use right must say of its term, and the grant of the right. */
import type { Asking, Decision, Refusal, RightRow } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing, ruleOf, valueOf, type ResolvedRule, type RuleSnapshot } from '../../rules.ts';
import { outlivesProtection, promisedYears, stagesFault, termRow, type TermInput } from '../../terms/index.ts';
import { compareDates, type CivilDate } from '../../time/index.ts';
import type { AgreementText, Application } from '../acts.ts';
import type { OpenState } from '../state.ts';
import { calendarOf, decided, happened, type Act } from './common.ts';
import { termFault } from './guards.ts';

type Fault = { refusal: Refusal } | undefined;

const protectionOf = ({ protectedUntil }: Application): Pick<TermInput, 'protectedUntil'> =>
  protectedUntil === undefined ? {} : { protectedUntil };

/** The rule that ends a right with its protection, where the institution has that one; older snapshots speak of neither. */
const cutBy = ({ rules }: RuleSnapshot): ResolvedRule<'empowerment.useRight.shortProtection'> | undefined => {
  const rule = rules['empowerment.useRight.shortProtection'];
  return rule?.value === 'termToExpiry' ? rule : undefined;
};

/** Why a term that its protection would not last for cannot be, or nothing; what becomes of it otherwise is the institution's. */
function protectionFault(term: TermInput, rules: RuleSnapshot, at: string): Fault {
  const { protectedUntil, startsOn } = term;
  if (protectedUntil === undefined || !outlivesProtection(term)) return undefined;
  const cite = { at, ...citing(rules, 'empowerment.useRight.shortProtection') };
  if (compareDates(protectedUntil, startsOn) <= 0)
    return refuse(
      'protectionOver',
      `知识产权保护期止于 ${protectedUntil}，此后没有可授予的使用权。`,
      `The legal protection ends on ${protectedUntil}; after that there is no right to grant.`,
      cite,
    );
  return valueOf(rules, 'empowerment.useRight.shortProtection') === 'refuse'
    ? refuse(
        'protectionTooShort',
        `知识产权保护期止于 ${protectedUntil}，短于约定期限，按本单位规定不予授予。`,
        `The legal protection ends on ${protectedUntil}, before the term; by the institution's rules no such right is granted.`,
        cite,
      )
    : undefined;
}

/** Whether the result is protected for long enough, seen from the day of the application: no right begins before. */
export function protectionLeft(application: Application, rules: RuleSnapshot, on: CivilDate): Fault {
  const { mode, years } = application;
  if (mode !== 'useRight' || years === undefined) return undefined;
  const earliest = { startsOn: on, years, countsFirstDay: true, ...protectionOf(application) };
  return protectionFault(earliest, rules, '/application/protectedUntil');
}

/** What only an agreement on a use right can lack. */
export function useRightTextFault(application: Application, text: AgreementText, rules: RuleSnapshot): Fault {
  const { stages, years, startsOn, countsFirstDay } = text;
  const staged = stages && stagesFault(stages, ruleOf(rules, 'empowerment.useRight.term'), '/stages');
  if (staged) return staged;
  const short = termFault(years, rules, '/years');
  if (short) return short;
  if (years === undefined || years !== application.years)
    return refuse('termNotAsPublished', '协议期限应与公示的期限一致。', 'The term must be the published one.', { at: '/years' });
  if (stages && promisedYears(stages) !== years)
    return refuse(
      'stagesNotTerm',
      `无条件授予的各阶段合计 ${promisedYears(stages)} 年，应等于协议期限 ${years} 年。`,
      `The stages promised without a condition come to ${promisedYears(stages)} years; they must be the term of ${years}.`,
      { at: '/stages' },
    );
  if (!startsOn)
    return refuse('startMissing', '长期使用权协议应写明起始日期。', 'A use-right agreement states its first day.', {
      at: '/startsOn',
    });
  const survives = ruleOf(rules, 'empowerment.useRight.survivesLeaving');
  if (survives.force === 'mandatory' && survives.value && text.survivesLeaving !== true)
    return refuse(
      'survivalMandatory',
      '使用权不因完成人调动、退休、离职而受影响，协议应写明。',
      'The right outlives any change of its holder’s post; the agreement must say so.',
      { at: '/survivesLeaving', clause: survives.cite.clause },
    );
  // An agreement under older rules, which speak of neither, stands as it was.
  return rules.rules['empowerment.useRight.shortProtection']
    ? protectionFault({ startsOn, years, countsFirstDay, ...protectionOf(application) }, rules, '/startsOn')
    : undefined;
}

const noAgreement = (): Decision =>
  refuse('startNotAsAgreed', '起始日期应与协议一致。', 'The first day must be the agreed one.', { at: '/startsOn' });

/** Whether the agreement gives a day to begin on and a term that the rules still allow. */
export function grantFault(state: OpenState, _: Asking, startsOn?: string): Decision | undefined {
  const { agreement } = state;
  if (!agreement || agreement.text.startsOn !== startsOn) return noAgreement();
  return termFault(agreement.text.years, state.rules, '/years');
}

/** The right begins on the agreed day; its last day is counted by the rule's unit from the agreed years. */
export function grantUseRight(state: OpenState, act: Act<'grantUseRight'>): Decision {
  const { agreement } = state;
  const { startsOn } = act.body;
  const fault = grantFault(state, act, startsOn);
  if (fault || !agreement) return fault ?? noAgreement();
  const rule = ruleOf(state.rules, 'empowerment.useRight.term');
  const { years = rule.value.n, countsFirstDay } = agreement.text;
  const agreed = { startsOn, years, countsFirstDay, ...protectionOf(state.application) };
  const term = termRow('term', agreed, rule, calendarOf(act), cutBy(state.rules));
  const right: RightRow = {
    key: 'useRight',
    kind: 'useRight',
    startDate: startsOn,
    lastDay: term.lastDay,
    receipt: { kind: 'agreement', on: agreement.concludedOn ?? startsOn },
    holders: state.team.map(({ personId, ppm, held }) => ({ personId, ppm, held })),
  };
  return decided([
    happened(act, 'useRightGranted', { startsOn, term }),
    happened(act, 'rightRecorded', right),
    happened(act, 'stepEntered', { step: 'registration' }),
  ]);
}
