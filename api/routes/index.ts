/** Every endpoint of the API, in the order of its document. */
import type { Route } from '../route.ts';
import { achievementRoutes } from './achievements.ts';
import { actRoutes } from './acts.ts';
import { bodyRoutes } from './bodies.ts';
import { casePartRoutes } from './caseParts.ts';
import { caseRoutes } from './cases.ts';
import { documentRoutes } from './documents.ts';
import { draftRoutes } from './drafts.ts';
import { institutionRoutes } from './institutions.ts';
import { lawRoutes } from './law.ts';
import { noticeRoutes } from './notices.ts';
import { peopleRoutes } from './people.ts';
import { platformRoutes } from './platform.ts';
import { rehearsalRoutes } from './rehearsals.ts';
import { repairRoutes } from './repairs.ts';
import { stalledRoutes } from './stalled.ts';
import { systemRoutes } from './system.ts';
import { todoRoutes } from './todo.ts';

export const routes: readonly Route[] = [
  ...systemRoutes,
  ...institutionRoutes,
  ...peopleRoutes,
  ...bodyRoutes,
  ...lawRoutes,
  ...platformRoutes,
  ...achievementRoutes,
  ...draftRoutes,
  ...caseRoutes,
  ...actRoutes,
  ...casePartRoutes,
  ...todoRoutes,
  ...stalledRoutes,
  ...repairRoutes,
  ...rehearsalRoutes,
  ...noticeRoutes,
  ...documentRoutes,
];
