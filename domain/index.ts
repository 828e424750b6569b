import { empowerment } from './empowerment/index.ts';
import type { Process } from './process.ts';

/** Every process by its kind. The state's type stays inside the process. */
export const processes = { empowerment: empowerment as unknown as Process<unknown> };
