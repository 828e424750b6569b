/** What an upheld objection changes: a new split, or in a sale another price, signed by all whom it touches, and decided again. */
import { actingFor } from '../../hands.ts';
import type { Asking, Decision, Envelope, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing } from '../../rules.ts';
import { living, type OpenState } from '../state.ts';
import { decided, enter, fact, foresee, happened, type Act } from './common.ts';
import { isShare, splitFault } from './guards.ts';
import { decidedAnewAt } from './place.ts';

/**
 * The new split after an upheld objection, signed by everybody whose part it changes. Who joins or leaves makes it
 * another team, whose members agree anew in writing, all of them (nm-hei.8d); so does another price, which all of them pay.
 */
export function proposeAmendment(state: OpenState, act: Act<'proposeAmendment'>): Decision {
  const { inventors, unitPpm, incomeUnitPpm, priceFen, grounds } = act.body;
  const { application } = state;
  const fault = splitFault(inventors, state.rules);
  if (fault) return fault;
  if (!isShare(unitPpm) || !isShare(incomeUnitPpm))
    return refuse('shareInvalid', '比例应在 0 至 100% 之间。', 'Shares lie between 0 and 100 %.', { at: '/unitPpm' });
  const unknown = inventors.findIndex((i) => fact(act, 'people')[i.personId] === undefined);
  if (unknown >= 0)
    return refuse('inventorUnknown', '该完成人不在人员名册中。', 'This inventor is not on file.', {
      at: `/inventors/${unknown}`,
    });
  if (application.mode === 'coOwnership' && (unitPpm <= 0 || unitPpm >= 1_000_000))
    return refuse(
      'coOwnershipNeedsBoth',
      '共同所有应由单位与完成人均持有份额。',
      'In co-ownership both the unit and the inventors hold a part.',
      { at: '/unitPpm' },
    );
  if (application.mode !== 'coOwnership' && unitPpm !== application.unitPpm)
    return refuse(
      'unitShareFixed',
      '该赋权方式下单位份额不因异议而变。',
      'In this mode an objection does not change the unit’s part.',
      { at: '/unitPpm' },
    );
  if (priceFen !== undefined && !application.price)
    return refuse('priceNotAsked', '该赋权方式没有交易价格。', 'This mode has no price.', { at: '/priceFen' });
  const lost = application.price?.buyerIds.find((id) => !inventors.some((i) => i.personId === id));
  if (lost)
    return refuse('buyerNotInventor', '受让人应为成果完成人。', 'The buyers are inventors of the result.', {
      at: '/inventors',
      ...citing(state.rules, 'empowerment.fullOwnership.road'),
    });
  const before = new Map(application.inventors.map((i) => [i.personId, i.ppm]));
  const now = new Map(inventors.map((i) => [i.personId, i.ppm]));
  const everybody = [...new Set([...before.keys(), ...now.keys()])];
  // As a number: a price that is written otherwise is no other price.
  const anotherPrice = application.price && priceFen !== undefined && BigInt(priceFen) !== BigInt(application.price.intendedFen);
  const termsForAll = unitPpm !== application.unitPpm || incomeUnitPpm !== application.incomeUnitPpm || anotherPrice;
  const anotherTeam = everybody.some((id) => !before.has(id) || !now.has(id));
  const touched = everybody.filter((id) => termsForAll || anotherTeam || before.get(id) !== now.get(id));
  if (touched.length === 0) return refuse('nothingChanged', '新方案与原方案相同。', 'The proposal changes nothing.');
  const people = fact(act, 'people');
  const died = (id: string): boolean => {
    const member = state.team.find((m) => m.personId === id);
    if (member) return member.status === 'deceased';
    return people[id]?.status === 'deceased' || state.amendment?.deceased.includes(id) === true;
  };
  const deceased = inventors.map((i) => i.personId).filter((id) => !before.has(id) && died(id));
  const affected = touched.filter((id) => !died(id));
  // Where the new split touches the dead alone, the living members answer for it.
  const mustSign = affected.length > 0 ? affected : living(state).map((m) => m.personId);
  return decided([
    happened(act, 'amendmentProposed', {
      version: state.amendments + 1,
      inventors,
      unitPpm,
      incomeUnitPpm,
      ...(anotherPrice ? { priceFen } : {}),
      grounds,
      mustSign,
      ...(deceased.length > 0 ? { deceased } : {}),
    }),
  ]);
}

const noSuchAmendment = (): Decision =>
  refuse('versionChanged', '没有该版本的分配方案。', 'There is no such version of the amendment.', {
    status: 409,
    at: '/amendmentVersion',
  });

export function amendmentSigningFault(state: OpenState, asking: Asking): Decision | undefined {
  const { amendment } = state;
  const personId = actingFor(asking);
  if (!amendment) return noSuchAmendment();
  if (!amendment.mustSign.includes(personId))
    return refuse('signatureNotNeeded', '该方案不改变您的权益，无需签署。', 'The amendment does not touch your part.', {
      status: 409,
    });
  return amendment.signed.includes(personId)
    ? refuse('alreadySigned', '您已签署。', 'You have signed already.', { status: 409 })
    : undefined;
}

export function signAmendment(state: OpenState, act: Act<'signAmendment'>): Decision {
  const { amendment } = state;
  if (!amendment || amendment.version !== act.body.amendmentVersion) return noSuchAmendment();
  const fault = amendmentSigningFault(state, act);
  if (fault) return fault;
  const personId = actingFor(act);
  const events: NewEvent[] = [happened(act, 'amendmentSigned', { version: amendment.version, personId })];
  return decided([...events, ...adoptIfSigned(foresee(state, act, events), act)]);
}

/** With the last signature the new terms take effect, and go back to where the old ones were decided. */
export function adoptIfSigned(state: OpenState, act: Envelope): NewEvent[] {
  const { amendment, application } = state;
  if (!amendment || amendment.mustSign.some((id) => !amendment.signed.includes(id))) return [];
  const changed = [
    ...(JSON.stringify(application.inventors) === JSON.stringify(amendment.inventors) ? [] : ['inventors', 'sharesOrTerm']),
    ...(application.unitPpm === amendment.unitPpm ? [] : ['sharesOrTerm']),
    ...(application.incomeUnitPpm === amendment.incomeUnitPpm ? [] : ['incomeSplit']),
    ...(amendment.priceFen === undefined ? [] : ['intendedPrice']),
  ];
  const adopted = happened(act, 'amendmentAdopted', { version: amendment.version, changed: [...new Set(changed)] });
  const next = foresee(state, act, [adopted]);
  // Another price may make it another body's.
  return [adopted, enter(next, act, decidedAnewAt(next))];
}
