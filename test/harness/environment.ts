/** What a shell would have that knows nothing of a service; variables of the machine's own must not decide a test. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = /^(FUQUAN_|TEMPORAL_|DATABASE_URL|SMTP_|NODE_ENV$|NODE_OPTIONS$|npm_|JEST_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
