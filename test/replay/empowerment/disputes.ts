/** Acts that no journey comes to: about consents, the deciding body, notices, objections and changed rules. */
import { randomUUID } from 'node:crypto';
import { paperOf, type Story } from '../../../cli/demo/story.ts';
import { dateOfInstant } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { valueOf } from '../../../domain/rules.ts';
import { loadShippedPacks } from '../../../policies/load.ts';
import { rulesOn } from '../../../worker/rules.ts';
import { sendSystemAct } from '../../../worker/systemActs.ts';
import { platformWorks, toDecision } from '../../workflows/scenarios/support.ts';
import type { Incident } from './incidents.ts';
import { daysLater, decides, today, whenTimeHasDoneIt } from './journeys.ts';

const team = { inventor1: '50', inventor2: '30', inventor3: '20' };
const plan = { mode: 'coOwnership', team } as const;

/** From the draft to the notice, all on one day. */
export async function toNotice(story: Story): Promise<void> {
  await toDecision(story, plan);
  await decides(story);
  await story.publish();
}

/** The objection that came last. */
export const lastObjection = async (story: Story): Promise<string> => (await story.state()).objections.at(-1)?.id ?? '';

/** What a handler finds who finds nothing. */
export const dismissal = (objectionId: string): object => ({
  objectionId,
  findings: [{ ground: 1, upheld: false, reasons: '金丝雀：实验记录不支持。' }],
  consequence: 'none',
  reply: '金丝雀：异议不成立。',
});

/** An inventor declines, is won over by an amended application, and another unit owns a part. */
const coOwner: Incident = {
  name: 'co-owner',
  institution: 'hohhot-university',
  async play(story, keep) {
    const coOwnerId = randomUUID();
    const more = { coOwners: [{ id: coOwnerId, name: '金丝雀：示例企业' }] };
    const draft = await story.rehearsal.draft(story.institutionId, story.person('inventor1'), {
      kind: 'patent',
      title: '金丝雀：示例成果',
    });
    Object.assign(story, draft);
    await story.does('inventor1', 'sendForConsent', { application: { ...story.application(plan), ...more } });
    await story.does('inventor2', 'declineConsent', { grounds: '金丝雀：比例过低。' });
    await keep(story, 'consent', 'declined');
    const shares = { ...plan, team: { inventor1: '40', inventor2: '40', inventor3: '20' } };
    await story.does('inventor1', 'amendApplication', { application: { ...story.application(shares), ...more } });
    for (const who of ['inventor2', 'inventor3']) await story.does(who, 'consent', { applicationVersion: 2 });
    await keep(story, 'consent', 'amended');
    await story.does('officer1', 'recordCoOwnerConsent', { coOwnerId, document: paperOf('同意函') });
    await story.submit('inventor1');
    await story.passCheck();
    await story.departmentsAgree();
    await decides(story);
    await story.publish();
    await whenTimeHasDoneIt(story);
    await story.stateResult();
    await story.agree();
    await keep(story, 'agreement', 'coOwner');
    await story.does('officer1', 'recordCoOwnerSignature', { agreementVersion: 1, coOwnerId, document: paperOf('签署页') });
    await keep(story, 'titleChange', 'coOwner');
  },
};

/** Two of the body are inventors and a third is married to one: a substitute is named. */
const quorum: Incident = {
  name: 'quorum',
  institution: 'hohhot-university',
  async play(story, keep) {
    const couple = [story.person('group1'), story.person('group3')].toSorted();
    await story.rehearsal.pool.query(
      "INSERT INTO relation (institution_id, person_a, person_b, kind) VALUES ($1, $2, $3, 'marriage')",
      [story.institutionId, ...couple],
    );
    await toDecision(story, { ...plan, team: { inventor1: '40', group1: '30', group2: '30' } });
    await keep(story, 'groupDecision', 'quorumLost');
    await story.does('administrator', 'nameSubstitute', {
      body: 'leadingGroup',
      for: story.person('group2'),
      personId: story.person('groupSubstitute1'),
      grounds: '金丝雀：本人为完成人。',
    });
    await keep(story, 'groupDecision', 'substituteNamed');
    await decides(story);
    await keep(story, 'noticePreparation');
  },
};

/** The notice could not be read for a day, and is then taken down and published anew. */
const takenDown: Incident = {
  name: 'taken-down',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toNotice(story);
    const noticeId = (await story.notice()).id;
    const gap = await daysLater(story, 2);
    await daysLater(story, 1);
    await story.does('officer1', 'recordPublicityGap', { noticeId, days: [gap], grounds: '金丝雀：网站停机。' });
    await keep(story, 'publicity', 'lengthened');
    await story.does('officer1', 'takeDownNotice', { noticeId, grounds: '金丝雀：内容有误。' });
    await keep(story, 'noticePreparation', 'takenDown');
    await story.publish();
    await keep(story, 'publicity', 'again');
  },
};

/** Objections by post, without grounds and withdrawn; one handler stands aside, one decision is reviewed. */
const objections: Incident = {
  name: 'objections',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toNotice(story);
    const noticeId = (await story.notice()).id;
    await daysLater(story, 1);
    await story.does('officer1', 'enterPaperObjection', {
      noticeId,
      name: '示例异议人',
      contact: '联系方式（示例）',
      grounds: ['金丝雀：本人参与核心实验。'],
      evidence: [paperOf('来信')],
      receivedAt: await story.rehearsal.now(),
      proof: paperOf('信封邮戳'),
      objectorId: story.person('colleague2'),
    });
    await keep(story, 'publicity', 'unconfirmed');
    const objectionId = await lastObjection(story);
    await story.does('officer2', 'confirmPaperObjection', { objectionId });
    const withdrawn = await story.objects('inventor4', ['金丝雀：成果归属有误。']);
    await story.does('inventor4', 'withdrawObjection', { objectionId: withdrawn });
    const rejected = await story.objects('colleague1', ['金丝雀：与公示无关。']);
    const explanation = '金丝雀：与公示内容无关。';
    await story.does('officer1', 'rejectObjection', { objectionId: rejected, reason: 'notAboutNotice', explanation });
    await story.does('colleague1', 'waiveReview', { objectionId: rejected });
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    await story.does('officer1', 'recuseHandler', {
      objectionId,
      personId: story.person('colleague3'),
      replacement: story.person('group1'),
      grounds: '金丝雀：与异议人有利害关系。',
    });
    await keep(story, 'publicity', 'handled');
    await story.does('group1', 'recordFinding', dismissal(objectionId));
    await story.does('colleague2', 'requestReview', { objectionId, grounds: '金丝雀：不服。' });
    await whenTimeHasDoneIt(story);
    await keep(story, 'objectionHandling', 'underReview');
    const { rules } = await story.state();
    await story.does('officer1', 'recordReview', {
      objectionId,
      body: rules ? valueOf(rules, 'objection.review').body : '',
      confirmed: true,
      consequence: 'none',
      reasons: '金丝雀：维持。',
      document: paperOf('复核意见'),
    });
    await keep(story, 'statement', 'reviewed');
  },
};

/** A day off is added to the calendar while the notice is shown. */
const recounted: Incident = {
  name: 'recounted',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toNotice(story);
    const { lastDay } = (await story.notice()).deadline;
    const [year = ''] = lastDay.split('-');
    const known = shippedCalendar.years[year];
    if (!known) throw new Error(`No calendar of ${year}`);
    const years = { ...shippedCalendar.years, [year]: { ...known, off: { ...known.off, [lastDay]: '示例放假' } } };
    const version = 'cn-example';
    await story.rehearsal.pool.query(
      'INSERT INTO calendar_version (version, content, imported_at) VALUES ($1, $2, service_clock())',
      [version, JSON.stringify({ version, years })],
    );
    await sendSystemAct(story.rehearsal.pool, {
      institutionId: story.institutionId,
      caseId: story.caseId,
      type: 'applyCalendar',
      body: { calendarVersion: version },
      reason: version,
    });
    await platformWorks(story.rehearsal);
    await keep(story, 'publicity', 'recounted');
  },
};

/** A rule of higher rank prevails while the group has the case before it, and the case moves to it. */
const prevailing: Incident = {
  name: 'prevailing',
  institution: 'baotou-university',
  async play(story, keep) {
    await toDecision(story, plan);
    const { pool } = story.rehearsal;
    const from = await daysLater(story, 1);
    const shipped = loadShippedPacks().find(({ id }) => id === 'nm-hei');
    const [now] = shipped?.rules['distribution.rewardShare'] ?? [];
    if (!shipped || !now) throw new Error('The pack gives no share');
    const later = { from, value: { ...now.value, percent: 90 }, force: 'mandatory', cite: now.cite };
    const content = { ...shipped, version: 'example', rules: { ...shipped.rules, 'distribution.rewardShare': [now, later] } };
    await pool.query('INSERT INTO pack_version (id, version, content, hash) VALUES ($1, $2, $3, $4)', [
      shipped.id,
      content.version,
      JSON.stringify(content),
      paperOf('example').document,
    ]);
    await platformWorks(story.rehearsal);
    await keep(story, 'groupDecision', 'raised');
    const { hash } = await rulesOn(pool, story.institutionId, dateOfInstant(await story.rehearsal.now()));
    await story.does('secretary', 'transitionRules', {
      toHash: hash,
      minutesNumber: '校纪〔2026〕20号',
      minutes: paperOf('会议纪要'),
      grounds: '金丝雀：适用新规定。',
      newNotice: false,
    });
    await keep(story, 'groupDecision', 'transitioned');
    await story.decide('领纪〔2026〕30号', await today(story));
    await keep(story, 'noticePreparation');
  },
};

export const disputes: Incident[] = [coOwner, quorum, takenDown, objections, recounted, prevailing];
