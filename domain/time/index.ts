/**
 * Dates, working days and deadlines. Pure and without data: whoever needs the shipped calendar imports
 * `data/calendar.ts` itself, so that a workflow can count without carrying it.
 */
export * from './errors.ts';
export * from './civil.ts';
export * from './calendar.ts';
export * from './deadline.ts';
export * from './calendar-import.ts';
export * from './recompute.ts';
