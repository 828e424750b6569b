export * from './types.ts';
export * from './evolve.ts';
export * from './decide.ts';
export * from './open.ts';
