import { expect, it } from '@jest/globals';
import { composeNotice } from '../../../api/noticeCompose.ts';
import { caseAt } from '../empowerment/case.ts';
import { sealed } from '../empowerment/world.ts';

const told = (coOwners: { id: string; name: ReturnType<typeof sealed> }[]): string[] => {
  const { state, world, now } = caseAt('noticePreparation');
  if (!state.application) throw new Error('no application');
  const { content } = composeNotice(
    {
      state: { ...state, application: { ...state.application, coOwners } },
      title: '示例成果',
      summary: undefined,
      names: new Map(),
      unit: '某大学',
      today: now.slice(0, 10),
      calendar: world.calendar,
      n: undefined,
    },
    'empowerment',
  );
  return content.items.filter(({ item }) => ['sharesOrTerm', 'incomeSplit'].includes(item)).map(({ value }) => value);
};

const owner = (id: string) => ({ id, name: sealed(id) });

it('a notice says that the shares are of the unit’s own part where others own the achievement too, and only there', () => {
  for (const value of told([owner('a'), owner('b')])) expect(value).toContain('另有共有人 2 个，以上为本单位所持部分的划分');
  for (const value of told([])) expect(value).not.toContain('共有人');
});
