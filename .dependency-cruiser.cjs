// What a folder may import, by docs of the house: the arrows go one way only. Run on the compiled output, where imports
// of types are gone: `npm run build && npm run lint:structure`.
const dist = (...folders) => `^dist/(${folders.join('|')})/`;

/** This folder may import only these folders, and of packages only these. */
function only(name, { of, folders, packages, why }) {
  const allowed = [`^dist/(${folders.join('|')})(/|\\.)`, ...packages.map((p) => `^node_modules/${p}/`)];
  return { name, severity: 'error', comment: why, from: { path: of }, to: { pathNot: allowed, dependencyTypesNot: ['core'] } };
}

/** No built-in modules of Node here. */
function noNode(name, path) {
  return {
    name,
    severity: 'error',
    comment: 'must run anywhere, and decide the same anywhere',
    from: { path },
    to: { dependencyTypes: ['core'] },
  };
}

module.exports = {
  forbidden: [
    only('domain-is-pure', { of: dist('domain'), folders: ['domain'], packages: [], why: 'pure rules import nothing' }),
    noNode('domain-without-node', dist('domain')),
    only('contracts-stand-alone', {
      of: dist('contracts'),
      folders: ['contracts'],
      packages: ['zod', 'canonicalize'],
      why: 'what is said to a process needs only types of domain',
    }),
    only('messages-without-zod', {
      of: '^dist/contracts/messages',
      folders: ['contracts/messages'],
      packages: [],
      why: 'workflows load it, and zod multiplies the memory of every cached workflow',
    }),
    only('policies-know-domain', {
      of: dist('policies'),
      folders: ['policies', 'domain'],
      packages: ['zod', 'yaml', 'canonicalize'],
      why: 'law is data, resolved without database or engine',
    }),
    only('letters-know-domain', {
      of: dist('letters'),
      folders: ['letters', 'domain'],
      packages: [],
      why: 'texts for people, read by the mail and the API alike',
    }),
    only('workflows-are-deterministic', {
      of: dist('workflows'),
      folders: ['workflows', 'domain', 'contracts/messages'],
      packages: ['@temporalio/workflow', '@temporalio/common'],
      why: 'only pure code belongs into the bundle',
    }),
    noNode('workflows-without-node', dist('workflows')),
    noNode('messages-without-node', '^dist/contracts/messages'),
    {
      name: 'activities-know-no-one-above',
      severity: 'error',
      comment: 'ports are composed by the worker',
      from: { path: dist('activities') },
      to: { path: dist('workflows', 'api', 'worker', 'runtime', 'cli') },
    },
    {
      name: 'api-through-the-inbox',
      severity: 'error',
      comment: 'the API writes the inbox and reads the database; it never runs a process',
      from: { path: dist('api') },
      to: { path: dist('workflows', 'activities', 'worker', 'runtime', 'cli') },
    },
    {
      name: 'worker-below-runtime',
      severity: 'error',
      comment: 'the runtime starts the worker, not the other way round',
      from: { path: dist('worker') },
      to: { path: dist('api', 'runtime', 'cli') },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'all-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'the image has none of them',
      from: { path: '^dist/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/prisma/generated/' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'default'] },
  },
};
