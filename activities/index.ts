export { createCaseActivities, type RecordDeps } from './record.ts';
