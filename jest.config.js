// Two projects: `unit` needs nothing running; `services` starts real PostgreSQL and a real Temporal server once.
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
    {
      ...common,
      displayName: 'services',
      testMatch: ['<rootDir>/test/{workflows,replay,faults,api}/**/*.test.ts'],
      // Makes the histories of a release rather than testing anything; runs only when asked to.
      testPathIgnorePatterns: ['/node_modules/', ...(process.env.FUQUAN_SAVE_HISTORIES ? [] : ['saveHistories'])],
      globalSetup: '<rootDir>/test/harness/globalSetup.ts',
      globalTeardown: '<rootDir>/test/harness/globalTeardown.ts',
    },
  ],
  watchman: false,
  testTimeout: 120_000,
  maxWorkers: 2,
};
