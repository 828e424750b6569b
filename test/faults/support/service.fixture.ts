/** The service as it is, started by a harness: it can be given kill points, and never outlives the harness. */
import { launch } from '../../../runtime/start.ts';
import { arm, putInKillPoints } from './killPoints.ts';
import { ORDER_VARIABLE, type Order, type Report } from './orders.ts';

const tell = (report: Report): void => void process.send?.(report);
const obey = ({ points, firedFile }: Order): void => arm(points, firedFile);

obey(JSON.parse(process.env[ORDER_VARIABLE] ?? '{"points":[],"firedFile":""}') as Order);
process.on('message', obey);
process.on('disconnect', () => process.exit(1));

putInKillPoints((activities) => tell({ activities }));
process.exitCode = await launch(process.env, (line) => tell({ line }));
process.exit();
