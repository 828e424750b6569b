/** What a worker must set up in Temporal before cases run. Which build of the code is current: currentBuild.ts. */
import { setTimeout as pause } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import { caseSearchAttributes } from '../workflows/shared/searchAttributes.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
export const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const KNOWN_WITHIN_MS = 60_000;
const LOOK_MS = 200;

/** Each service of the engine learns of a new namespace in its own time, some seconds; until then it is asked again. */
export async function onceKnown<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { code, message } = error as { code?: number; message: string };
      if (code !== NOT_FOUND || !message.startsWith('Namespace') || Date.now() > deadline) throw error;
      await pause(LOOK_MS);
    }
  }
}

/** Registers what cases are searched by in Temporal. Does nothing where it is there; another type under the name is an error. */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const wanted = Object.fromEntries(caseSearchAttributes.map(({ name }) => [name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD]));
  const { operatorService } = connection;
  const present = (await onceKnown(() => operatorService.listSearchAttributes({ namespace }))).customAttributes;
  // Adding a name again with another type changes nothing and says nothing, so the types are compared here.
  for (const [name, type] of Object.entries(wanted)) {
    if (present[name] !== undefined && present[name] !== type) {
      throw new Error(`Temporal has the search attribute ${name} with another type; remove it there`);
    }
  }
  const missing = Object.fromEntries(Object.entries(wanted).filter(([name]) => present[name] === undefined));
  if (Object.keys(missing).length === 0) return;
  try {
    await onceKnown(() => operatorService.addSearchAttributes({ namespace, searchAttributes: missing }));
  } catch (error) {
    // Another worker was first.
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
  }
}
