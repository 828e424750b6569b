/** Agreement, title change, use right, ledger tags: what turns a decided and publicised empowerment into a right. */
import { barOf } from '../../collective/index.ts';
import { actingFor, handsOf } from '../../hands.ts';
import { agreementTermLabels, inWords } from '../../labels.ts';
import type { Asking, Decision, Envelope, NewEvent, RightRow } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing, ruleOf } from '../../rules.ts';
import { compareDates, dateOfInstant } from '../../time/index.ts';
import type { AgreementText } from '../acts.ts';
import { interestsOf } from '../interests.ts';
import { after } from '../route.ts';
import { living, unheard, type OpenState } from '../state.ts';
import { decided, end, happened, type Act } from './common.ts';
import { useRightTextFault } from './useRight.ts';

function textFault(state: OpenState, text: AgreementText): Decision | undefined {
  const { application, rules } = state;
  const terms = ruleOf(rules, 'empowerment.agreement.terms');
  const missing = terms.value.filter((term) => !text.terms[term]);
  if (missing.length > 0) {
    const { zh, en } = inWords(agreementTermLabels, missing);
    return refuse('agreementTermsMissing', `协议缺少必备条款：${zh}。`, `The agreement lacks terms that it must hold: ${en}.`, {
      at: '/terms',
      clause: terms.cite.clause,
    });
  }
  if (application.price && text.priceFen !== application.price.intendedFen)
    return refuse(
      'priceNotAsPublished',
      '协议价格应与公示的拟交易价格一致；变更价格须重新公示。',
      'The price must be the published one; another price needs another notice.',
      { at: '/priceFen', ...citing(rules, 'publicity.price') },
    );
  if (application.mode !== 'useRight') return undefined;
  return useRightTextFault(application, text, rules);
}

/** A new version takes the place of the one before, and all signatures are given anew. */
export function proposeAgreement(state: OpenState, act: Act<'proposeAgreement'>): Decision {
  return (
    textFault(state, act.body) ?? decided([happened(act, 'agreementProposed', { version: state.agreements + 1, text: act.body })])
  );
}

export const noSuchVersion = (state: OpenState): Decision =>
  refuse(
    'versionChanged',
    `协议现行版本为第 ${state.agreements} 版。`,
    `The agreement now stands at version ${state.agreements}.`,
    { status: 409, at: '/agreementVersion' },
  );

type Agreement = NonNullable<OpenState['agreement']>;

/**
 * The events that follow once the last party has signed. The dead sign nothing, but somebody of the team must. While signatures
 * wait the agreement binds nobody, by whatever its last signature has become needless: on hold until the case is resumed,
 * under rules that no longer prevail until it is drawn up anew, before a letter is heard until that brings the case back.
 */
function conclude(state: OpenState, act: Envelope, agreement: Agreement): NewEvent[] {
  if (state.mending.hold || state.raised || unheard(state)) return [];
  const everybody =
    agreement.unitSigned &&
    living(state).length > 0 &&
    living(state).every((member) => agreement.signedBy.includes(member.personId)) &&
    state.application.coOwners.every((owner) => agreement.coOwnersSigned.includes(owner.id));
  if (!everybody) return [];
  return [
    happened(act, 'agreementConcluded', { version: agreement.version, on: dateOfInstant(act.receivedAt) }),
    happened(act, 'stepEntered', { step: after('agreement', state.application, state.rules) }),
  ];
}

/** Concludes an agreement that had waited for something else than a signature: for somebody who died, or for the case itself. */
export const concludeIfSigned = (state: OpenState, act: Envelope): NewEvent[] =>
  state.step === 'agreement' && state.agreement ? conclude(state, act, state.agreement) : [];

/** Whether one signs for oneself, as an inventor. */
const signsAsInventor = (state: OpenState, { actor }: Asking): boolean =>
  actor.kind === 'person' && actor.onBehalfOf === undefined && living(state).some((m) => m.personId === actor.personId);

export function signingFault(state: OpenState, act: Asking): Decision | undefined {
  const { agreement } = state;
  if (!agreement) return noSuchVersion(state);
  if (signsAsInventor(state, act))
    return agreement.signedBy.includes(actingFor(act))
      ? refuse('alreadySigned', '您已签署。', 'You have signed already.', { status: 409 })
      : undefined;
  // The table lets nobody else come here but who may sign for the unit: neither hand nor principal sits on both sides.
  const interests = { ...interestsOf(state, act.facts.relations ?? []), objectors: [] };
  if (handsOf(act).some((personId) => barOf(personId, interests)))
    return refuse(
      'signatoryBarred',
      '完成人及其亲属不能代表单位签署。',
      'Neither an inventor nor their kin signs for the unit.',
      { status: 403 },
    );
  return agreement.unitSigned
    ? refuse('alreadySigned', '单位已签署。', 'The unit has signed already.', { status: 409 })
    : undefined;
}

/** An inventor signs for him- or herself; a signatory signs for the unit, and is none of the inventors. */
export function signAgreement(state: OpenState, act: Act<'signAgreement'>): Decision {
  const { agreement } = state;
  if (!agreement || agreement.version !== act.body.agreementVersion) return noSuchVersion(state);
  const fault = signingFault(state, act);
  if (fault) return fault;
  const personId = actingFor(act);
  if (signsAsInventor(state, act)) {
    const signed = { ...agreement, signedBy: [...agreement.signedBy, personId] };
    return decided([
      happened(act, 'agreementSigned', { version: agreement.version, personId, as: 'inventor' }),
      ...conclude(state, act, signed),
    ]);
  }
  return decided([
    happened(act, 'agreementSigned', { version: agreement.version, personId, as: 'unit' }),
    ...conclude(state, act, { ...agreement, unitSigned: true }),
  ]);
}

export function coOwnerSigningFault(state: OpenState, _: Asking, coOwnerId?: string): Decision | undefined {
  const { agreement } = state;
  if (!agreement) return noSuchVersion(state);
  if (!state.application.coOwners.some((owner) => owner.id === coOwnerId))
    return refuse('coOwnerUnknown', '申请中没有该共有人。', 'The application names no such co-owner.', {
      status: 404,
      at: '/coOwnerId',
    });
  return coOwnerId !== undefined && agreement.coOwnersSigned.includes(coOwnerId)
    ? refuse('alreadySigned', '该共有人已签署。', 'That co-owner has signed already.', { status: 409 })
    : undefined;
}

export function recordCoOwnerSignature(state: OpenState, act: Act<'recordCoOwnerSignature'>): Decision {
  const { agreement } = state;
  const { coOwnerId, agreementVersion, document } = act.body;
  if (!agreement || agreement.version !== agreementVersion) return noSuchVersion(state);
  const fault = coOwnerSigningFault(state, act, coOwnerId);
  if (fault) return fault;
  const signed = { ...agreement, coOwnersSigned: [...agreement.coOwnersSigned, coOwnerId] };
  return decided([
    happened(act, 'coOwnerSigned', { version: agreement.version, coOwnerId, document }),
    ...conclude(state, act, signed),
  ]);
}

/** The unit's part and each inventor's part of the title, exact to the millionth; the largest remainder gets the rest. */
export function holdersOf(state: OpenState): RightRow['holders'] {
  const team = 1_000_000 - state.application.unitPpm;
  const parts = state.team.map((member) => {
    const product = BigInt(member.ppm) * BigInt(team);
    return { personId: member.personId, held: member.held, ppm: Number(product / 1_000_000n), rest: product % 1_000_000n };
  });
  let left = team - parts.reduce((sum, part) => sum + part.ppm, 0);
  // By plain comparison: `localeCompare` answers by the machine's language data, and a rebuild must come to the same.
  const byRest = parts.toSorted((a, b) => (a.rest === b.rest ? (a.personId < b.personId ? -1 : 1) : a.rest > b.rest ? -1 : 1));
  for (const part of byRest) {
    if (left === 0) break;
    part.ppm += 1;
    left -= 1;
  }
  return parts.map(({ rest: _, ...holder }) => holder);
}

/** Title passes with the registry's receipt, or by a signed handover record where no registry exists (nm-hei.8g). */
export function recordTitleChange(state: OpenState, act: Act<'recordTitleChange'>): Decision {
  const { application, agreement } = state;
  const receipt = act.body;
  const rule = ruleOf(state.rules, 'empowerment.titleChange');
  const registryless = rule.value.kindsWithoutRegistry.includes(application.resultKind);
  // Whether a kind that no list names has a registry, only the receipt can show.
  if (receipt.kind === 'handoverRecord' && !registryless && application.resultKind !== 'other')
    return refuse(
      'registryExists',
      '该类成果有登记机关，应提交登记回执。',
      'This kind of result has a registry; record its receipt.',
      { at: '/kind', clause: rule.cite.clause },
    );
  if (receipt.kind === 'registry' && registryless)
    return refuse(
      'noRegistry',
      '该类成果无登记机关，应提交移交记录，并列明在其上签字的全体完成人。',
      'This kind has no registry; record the handover, and the inventors, all of whom have signed it.',
      { at: '/kind', clause: rule.cite.clause },
    );
  if (receipt.kind === 'registry' && !receipt.number)
    return refuse('receiptNumberMissing', '应填写登记回执编号。', 'The registry receipt has a number.', {
      at: '/number',
      clause: rule.cite.clause,
    });
  const unsigned =
    receipt.kind === 'handoverRecord' ? living(state).filter((member) => !receipt.signedBy?.includes(member.personId)) : [];
  if (unsigned.length > 0)
    return refuse(
      'handoverUnsigned',
      `移交记录尚缺 ${unsigned.length} 名完成人签字。`,
      `The handover record lacks the signature of ${unsigned.length} inventor(s).`,
      { at: '/signedBy', persons: unsigned.map((m) => m.personId), clause: rule.cite.clause },
    );
  const dated = dateFault(receipt.on, agreement?.concludedOn, dateOfInstant(act.receivedAt));
  if (dated) return dated;
  const right: RightRow = {
    key: 'title',
    kind: application.mode === 'fullOwnership' ? 'fullOwnership' : 'coOwnership',
    startDate: receipt.on,
    receipt: { kind: receipt.kind, on: receipt.on, ...(receipt.number === undefined ? {} : { number: receipt.number }) },
    holders: holdersOf(state),
  };
  return decided([
    happened(act, 'titleChanged', receipt),
    happened(act, 'rightRecorded', right),
    happened(act, 'stepEntered', { step: 'registration' }),
  ]);
}

function dateFault(on: string, concludedOn: string | undefined, today: string): Decision | undefined {
  if (compareDates(on, today) > 0)
    return refuse('dateInFuture', '日期不能晚于登记当日。', 'The date cannot lie after the day it is recorded.', { at: '/on' });
  if (concludedOn && compareDates(on, concludedOn) < 0)
    return refuse('beforeAgreement', '日期早于协议签署完成之日。', 'The date lies before the agreement was concluded.', {
      at: '/on',
    });
  return undefined;
}

export function tagLedger(state: OpenState, act: Act<'tagLedger'>): Decision {
  const { events, guards } = end(state, act, 'done');
  return decided([happened(act, 'ledgerTagged', act.body), ...events], guards);
}
