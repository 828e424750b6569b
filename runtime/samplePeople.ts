/** The invented people of the sample institutions: who there is, and what each may do. Ids follow from the names alone. */
import { createHash } from 'node:crypto';
import type { GlobalRole, InstitutionRole } from '../domain/process.ts';
import { sampleNames, type SampleName } from '../policies/load.ts';

/** A UUID that follows from the text, so that samples, tests and demonstrations name the same rows. */
export function sampleId(text: string): string {
  const hex = createHash('sha256').update(`fuquan sample ${text}`).digest('hex');
  // Shaped as a version 8 UUID: made by a rule of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const sampleInstitutionId = (institution: SampleName): string => sampleId(institution);
export const samplePersonId = (institution: SampleName | 'outside', key: string): string => sampleId(`${institution}/${key}`);

export interface SamplePerson {
  /** Stable within the institution, for example `officer1`. */
  key: string;
  name: string;
  roles: InstitutionRole[];
  departments: string[];
}

export interface SampleSeat {
  key: string;
  body: 'leadingGroup' | 'leadership';
  department?: string;
  substitute?: boolean;
}

/** Departments of every sample institution; each has a reviewer and a seat in the leading group. */
export const sampleDepartments = ['techTransfer', 'research', 'finance', 'personnel', 'stateAssets', 'legal', 'audit'] as const;

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
const place: Record<SampleName, string> = {
  'hohhot-university': '青',
  'baotou-university': '鹿',
  'baotou-institute': '研',
  'harbin-university': '冰',
};

function many(
  count: number,
  make: (n: number) => Omit<SamplePerson, 'name'> & { title: string },
): (Omit<SamplePerson, 'name'> & { title: string })[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}

const cast = [
  ...many(2, (n) => ({
    key: `officer${n}`,
    title: `转化专员${numerals[n - 1]}`,
    roles: ['member', 'officer'],
    departments: ['techTransfer'],
  })),
  { key: 'secretary', title: '秘书', roles: ['member', 'secretary'], departments: ['techTransfer'] },
  { key: 'signatory', title: '签约人', roles: ['member', 'signatory'], departments: [] },
  { key: 'administrator', title: '管理员', roles: ['member', 'administrator'], departments: [] },
  { key: 'supervisor', title: '监督员', roles: ['member', 'supervisor'], departments: ['audit'] },
  ...sampleDepartments.map((department, i) => ({
    key: `reviewer-${department}`,
    title: `审核${numerals[i]}`,
    roles: ['member', 'departmentReviewer'],
    departments: [department],
  })),
  ...many(4, (n) => ({ key: `inventor${n}`, title: `完成人${numerals[n - 1]}`, roles: ['member'], departments: ['research'] })),
  ...many(3, (n) => ({ key: `colleague${n}`, title: `教师${numerals[n - 1]}`, roles: ['member'], departments: [] })),
  ...many(7, (n) => ({
    key: `group${n}`,
    title: `组员${numerals[n - 1]}`,
    roles: ['member'],
    departments: [sampleDepartments[n - 1] ?? ''],
  })),
  ...many(2, (n) => ({
    key: `groupSubstitute${n}`,
    title: `替补${numerals[n - 1]}`,
    roles: ['member'],
    departments: ['research'],
  })),
  ...many(9, (n) => ({ key: `leader${n}`, title: `班子成员${numerals[n - 1]}`, roles: ['member'], departments: [] })),
  ...many(2, (n) => ({ key: `leaderSubstitute${n}`, title: `班子替补${numerals[n - 1]}`, roles: ['member'], departments: [] })),
] as (Omit<SamplePerson, 'name'> & { title: string })[];

/** The people of one sample institution. */
export function samplePeople(institution: SampleName): SamplePerson[] {
  return cast.map(({ title, ...person }) => ({ ...person, name: `${place[institution]}示例${title}` }));
}

/** Seats in the deciding bodies; substitutes may stand for any member. */
export const sampleSeats: SampleSeat[] = [
  ...sampleDepartments.map((department, i): SampleSeat => ({ key: `group${i + 1}`, body: 'leadingGroup', department })),
  ...[1, 2].map((n): SampleSeat => ({
    key: `groupSubstitute${n}`,
    body: 'leadingGroup',
    department: 'research',
    substitute: true,
  })),
  ...Array.from({ length: 9 }, (_, i): SampleSeat => ({ key: `leader${i + 1}`, body: 'leadership' })),
  ...[1, 2].map((n): SampleSeat => ({ key: `leaderSubstitute${n}`, body: 'leadership', substitute: true })),
];

/** People who belong to no institution. */
export const sampleOutsiders: { key: string; name: string; roles: GlobalRole[] }[] = [
  { key: 'operator', name: '示例平台运营者', roles: ['platformOperator'] },
  { key: 'interested', name: '示例利害关系人', roles: ['interestedParty'] },
];

export { sampleNames, type SampleName };
