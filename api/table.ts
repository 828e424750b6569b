/**
 * The second declared table: endpoint × role. What a person may do to a case is the act table's (domain/empowerment);
 * this one says who may call each endpoint at all. What of it a caller then sees, the case's own roles decide.
 */
import type { ActType } from '../domain/empowerment/index.ts';
import type { GlobalRole, InstitutionRole } from '../domain/process.ts';

/** `anyone` needs no token, `token` any valid one; else one of the roles suffices. */
export type Audience = 'anyone' | 'token' | (InstitutionRole | GlobalRole)[];

/** Everybody with a membership; `member` comes with every membership. */
const members: InstitutionRole[] = ['member'];
/** Members, and whoever may have a part in one case without belonging to the institution. */
const anyParty: (InstitutionRole | GlobalRole)[] = ['member', 'interestedParty'];
const administrator: InstitutionRole[] = ['administrator'];
const keepers: InstitutionRole[] = ['administrator', 'supervisor', 'officer'];
const operator: GlobalRole[] = ['platformOperator'];

export const endpointTable = {
  livez: 'anyone',
  readyz: 'anyone',
  listProblems: 'anyone',
  getProblem: 'anyone',
  getPublicNotice: 'anyone',

  whoAmI: 'token',
  listMessages: 'token',
  markMessageRead: 'token',
  listInstitutions: 'token',

  getInstitution: members,
  updateInstitution: administrator,
  listLog: ['supervisor'],
  listPeople: members,
  createPerson: administrator,
  getPerson: members,
  updatePerson: administrator,
  putMembership: administrator,
  deleteMembership: administrator,
  listDelegations: members,
  createDelegation: members,
  deleteDelegation: members,
  listBodies: members,
  putBody: administrator,
  listRelations: keepers,
  createRelation: [...administrator, 'officer'],
  deleteRelation: administrator,

  getOverlay: members,
  previewOverlay: administrator,
  putOverlay: administrator,
  getRules: members,

  listPacks: 'token',
  getPack: 'token',
  previewPack: operator,
  importPack: operator,
  listCalendars: 'token',
  getCalendar: 'token',
  previewCalendar: operator,
  importCalendar: operator,

  listAchievements: members,
  createAchievement: members,
  getAchievement: members,
  updateAchievement: members,

  createDraft: members,
  getDraft: members,
  updateDraft: members,
  deleteDraft: members,
  checkDraft: members,
  previewDraft: members,

  listCases: anyParty,
  getCase: anyParty,
  getCasePreview: anyParty,
  performAct: anyParty,
  previewAct: anyParty,
  getAct: anyParty,
  listTasks: anyParty,
  listObjections: anyParty,
  listDecisions: anyParty,
  listCaseDeadlines: anyParty,
  listDeadlines: members,
  getLedger: anyParty,
  getNoticeDraft: ['officer', 'supervisor'],
  getTransition: ['officer', 'secretary', 'administrator', 'supervisor'],

  listStalled: ['officer', 'administrator', 'supervisor'],
  listPlatformStalled: operator,
  repair: ['administrator', 'officer'],
  getRepair: keepers,
  repairPlatform: operator,
  getPlatformRepair: operator,

  askRehearsal: keepers,
  getRehearsal: keepers,

  listNotices: anyParty,
  getNotice: anyParty,
  getPublicityProof: anyParty,

  uploadDocument: anyParty,
  downloadDocument: anyParty,
} satisfies Record<string, Audience>;

/** Endpoints without which an act cannot be prepared: whoever is deputy for that act alone may call them as well. */
export const neededFor: Partial<Record<keyof typeof endpointTable, ActType[]>> = { getNoticeDraft: ['publishNotice'] };

export type EndpointId = keyof typeof endpointTable;
