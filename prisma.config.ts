import { defineConfig } from 'prisma/config';

/** For Prisma's own command line. Migrations are applied by `gatehouse migrate`. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
