import { defineConfig } from 'prisma/config';

// The URL is only for `prisma` on the command line; the service applies its migrations itself (runtime/migrate.ts).
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost:5432/fuquan' },
});
