/** How large a run is. Only the full scale says something about the targets that name a number of cases. */
export interface Scale {
  name: string;
  /** Rounds of each side, alternating. */
  rounds: number;
  /** Cases that one round opens. */
  starts: number;
  /** Seconds of load at 20 acts a second in one round. */
  actSeconds: number;
  /** Acts that one round records, past the engine. */
  appends: number;
  listedCases: number;
  listReads: number;
  openWindows: number;
  /** Windows that end at one instant, and seconds over which their own wake-ups are spread. */
  instantWindows: number;
  spreadSeconds: number;
  /** Cases read around that instant. */
  windowReads: number;
  parkedFew: number;
  /** Cases over which the bytes of one are weighed. */
  parkedWeighed: number;
  parkedMany: number;
  idleSeconds: number;
  startUps: number;
}

export const scales: Record<'full' | 'quick' | 'smoke', Scale> = {
  full: {
    name: 'full',
    rounds: 5,
    starts: 200,
    actSeconds: 15,
    appends: 4_000,
    listedCases: 100_000,
    listReads: 1_000,
    openWindows: 10_000,
    instantWindows: 5_000,
    spreadSeconds: 600,
    windowReads: 400,
    parkedFew: 200,
    parkedWeighed: 2_000,
    parkedMany: 20_000,
    idleSeconds: 60,
    startUps: 3,
  },
  quick: {
    name: 'quick',
    rounds: 3,
    starts: 60,
    actSeconds: 5,
    appends: 800,
    listedCases: 20_000,
    listReads: 100,
    openWindows: 1_000,
    instantWindows: 150,
    spreadSeconds: 15,
    windowReads: 60,
    parkedFew: 50,
    parkedWeighed: 300,
    parkedMany: 400,
    idleSeconds: 10,
    startUps: 1,
  },
  smoke: {
    name: 'smoke',
    rounds: 1,
    starts: 4,
    actSeconds: 1,
    appends: 16,
    listedCases: 300,
    listReads: 5,
    openWindows: 20,
    instantWindows: 6,
    spreadSeconds: 2,
    windowReads: 6,
    parkedFew: 2,
    parkedWeighed: 4,
    parkedMany: 8,
    idleSeconds: 1,
    startUps: 1,
  },
};

/** The scale with some of its numbers changed, as `name=number,name=number` says; its name says so too. */
export function changed(scale: Scale, numbers: string | undefined): Scale {
  if (numbers === undefined) return scale;
  const given = numbers.split(',').map((one) => one.split('=').map((part) => part.trim()));
  for (const [name = '', value = ''] of given) {
    const known = typeof scale[name as keyof Scale] === 'number';
    if (!known || !/^\d+$/.test(value)) throw new Error(`${name}=${value}: there is no such number in a scale`);
  }
  return {
    ...scale,
    ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])),
    name: `${scale.name}, ${numbers}`,
  };
}
