// PostgreSQL as a process of its own, so that `npm start` decides when it stops.
import { createRoles, ensureDatabase, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';

const running = await startEmbeddedPostgres({
  dataDir: process.env.POSTGRES_DATA_DIR,
  persistent: true,
  log: (line) => console.error(line),
});
await createRoles(running.superuserUrl, JSON.parse(process.env.POSTGRES_ROLES));
await ensureDatabase(running.superuserUrl, 'gatehouse', 'gatehouse_owner');
console.log(JSON.stringify({ port: running.port }));
// embedded-postgres stops its server when this process receives a signal.
setInterval(() => undefined, 60_000);
