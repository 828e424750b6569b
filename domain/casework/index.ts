export * from './state.ts';
export * from './table.ts';
export { stepOf } from './bodies.ts';
export {
  close,
  decided,
  fact,
  happened,
  open,
  type CommonBodies,
  type CommonEvent,
  type CommonEvents,
  type EventOf,
} from './events.ts';
export { defineProcess, type Definition, type ProcessDefinition, type Recall, type Rows } from './define.ts';
