export { createCaseActivities, recordFailure, type RecordDeps } from './record.ts';
