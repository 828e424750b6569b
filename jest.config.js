// Three projects: `unit` needs nothing running; `gates` neither, but takes its time (the replay gate, the command line, whole
// cases and ledgers by chance, the bounds of every number); `services` starts real PostgreSQL and a real Temporal server once.
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
  ],
};
const common = { testEnvironment: 'node', extensionsToTreatAsEsm: ['.ts'], transform };

export default {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/{unit,golden}/**/*.test.ts'] },
    { ...common, displayName: 'gates', testMatch: ['<rootDir>/test/{replay,cli,random,bounds}/**/*.test.ts'] },
    {
      ...common,
      displayName: 'services',
      testMatch: ['<rootDir>/test/{workflows,releases,faults,api,bench,fuzz,start}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/harness/globalSetup.ts',
      globalTeardown: '<rootDir>/test/harness/globalTeardown.ts',
    },
  ],
  watchman: false,
  testTimeout: 120_000,
  maxWorkers: 2,
};
