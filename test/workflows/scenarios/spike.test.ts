import { afterAll, beforeAll, it } from '@jest/globals';
import { Story, shanghai } from '../../../cli/demo/story.ts';
import { Rehearsal } from '../../../runtime/rehearsal.ts';
import { REHEARSAL_NAMESPACE, services } from '../../harness/services.ts';

let rehearsal: Rehearsal;
const log: any = {
  debug() {},
  info() {},
  warn: (f: any, m: string) => process.stderr.write(`${m} ${JSON.stringify(f)}\n`),
  error: (f: any, m: string) => process.stderr.write(`${m} ${JSON.stringify(f)}\n`),
};
beforeAll(async () => {
  const t = performance.now();
  rehearsal = await Rehearsal.open({
    postgresUrl: services().postgresUrl,
    temporalAddress: services().temporalAddress,
    namespace: REHEARSAL_NAMESPACE,
    startsAt: shanghai('2026-02-23 09:00'),
    log,
  });
  process.stderr.write(`open ${performance.now() - t}\n`);
});
afterAll(() => rehearsal.close());
it('spike', async () => {
  const t = performance.now();
  const s = new Story(rehearsal, 'hohhot-university');
  await s.apply({ mode: 'coOwnership', team: { inventor1: '50', inventor2: '30', inventor3: '20' } });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-02-27 15:00');
  await s.decide('纪要1', '2026-02-27');
  await s.on('2026-03-02 09:00');
  await s.publish();
  await s.on('2026-03-18 08:00');
  await s.stateResult();
  await s.on('2026-03-25 09:00');
  await s.agree();
  await s.on('2026-05-11 09:00');
  await s.register('R1', '2026-05-11');
  await s.tag();
  process.stderr.write(`play ${performance.now() - t}\n`);
  for (const e of await rehearsal.timeline(s.caseId))
    process.stderr.write(`${e.seq} ${e.type} ${e.recordedAt} ${e.effectiveAt}\n`);
  for (const e of await rehearsal.told(s.caseId)) process.stderr.write(`${e.seq} ${e.template} ${JSON.stringify(e.recipient)}\n`);
});
