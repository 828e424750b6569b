/** Every workflow type that a worker runs. */
export { empowermentWorkflow } from './empowerment.ts';
