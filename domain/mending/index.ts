export * from './types.ts';
export * from './deadlines.ts';
export * from './evolve.ts';
export * from './open.ts';
export * from './decide.ts';
