/**
 * Law as dated data. Packs hold what documents say, an overlay what a unit says, and `resolve` gives the rules of one
 * institution on one date as a snapshot that a case is pinned to. See docs/policies.md.
 */
export { institutionOf, packsInForce } from './inForce.ts';
export * from './candidates.ts';
export * from './check.ts';
export * from './compare.ts';
export * from './dates.ts';
export { canonicalJson, snapshotHash } from './hash.ts';
export * from './keys.ts';
export * from './labels.ts';
export * from './load.ts';
export * from './overlay.ts';
export * from './problems.ts';
export * from './register.ts';
export * from './resolve.ts';
export * from './scales.ts';
export * from './schema.ts';
export { valueSchemas, type CoveredSubject } from './values.ts';
export { weigh, type Weighed } from './weigh.ts';
