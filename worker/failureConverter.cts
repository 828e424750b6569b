// Plain JavaScript in a TypeScript file: it is bundled into workflows, loaded by `require`, and compiled, as it stands.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
