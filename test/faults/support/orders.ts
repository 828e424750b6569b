/** What a harness and a service that it started say to each other. */

/** Points to be killed at, and the file that keeps which were come to. */
export interface Order {
  points: string[];
  firedFile: string;
}

/** A line that the service says to whoever started it, or the activities that its worker registered. */
export type Report = { line: string } | { activities: string[] };

/** The environment variable that holds the order to start with. */
export const ORDER_VARIABLE = 'FUQUAN_FAULT_ORDER';
