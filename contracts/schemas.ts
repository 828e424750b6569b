/** The schemas of what may be sent. Workflows never import this: zod would multiply every workflow's memory. */
export * from './schemas/values.ts';
export * from './schemas/application.ts';
export * from './schemas/notice.ts';
export * from './schemas/empowerment.ts';
export * from './schemas/processes.ts';
export * from './schemas/issues.ts';
