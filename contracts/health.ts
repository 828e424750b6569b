/** Whether the service can do its work, part by part, as `/readyz` says it. */
export interface PartHealth {
  part: 'database' | 'temporal' | 'worker' | 'calendar';
  ok: boolean;
  /** Since when this process sees it fail. */
  since?: string;
  zh?: string;
  en?: string;
  /** What an operator does about it. */
  todo?: { zh: string; en: string };
}

export interface Health {
  ready: boolean;
  parts: PartHealth[];
}
