/** What can be sent to a case, by the process that it belongs to. */
import type { z } from 'zod';
import type { ProcessKind } from '../messages.ts';
import { actSchemas } from './empowerment.ts';

/** The body of each act that a person can send. */
export const schemasOf: Readonly<Record<ProcessKind, Readonly<Record<string, z.ZodType>>>> = { empowerment: actSchemas };

/** The body that the act takes in that process, or nothing if nobody can send it there. */
export const schemaOf = (kind: string, act: string): z.ZodType | undefined => {
  const schemas = Object.hasOwn(schemasOf, kind) ? schemasOf[kind as ProcessKind] : {};
  return Object.hasOwn(schemas, act) ? schemas[act] : undefined;
};
