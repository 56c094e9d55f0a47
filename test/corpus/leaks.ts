/** S8: searches all logs and tables for texts that must never be written there. */
import type { World } from './world.ts';

const PATIENTS = ['9000000009', '900 000 0009', '000000070000'];

export async function leaksOf(world: World): Promise<string[]> {
  const apiKeys = Object.values(world.applications).map(({ apiKey }) => apiKey);
  const needles = [...PATIENTS, ...world.secrets];
  const leaks: string[] = [];
  const look = (where: string, text: string, needles: readonly string[]): void => {
    for (const needle of needles) {
      const shortened = needle.length > 20 ? `${needle.slice(0, 12)}…` : needle;
      // The dump of a table shows bytes in hex.
      const hex = Buffer.from(needle).toString('hex');
      if (text.includes(needle) || text.includes(hex)) leaks.push(`${where}: ${shortened}`);
    }
  };

  for (const gateway of world.stack.gateways)
    look('log', gateway.logs(), [...needles, ...apiKeys, 'Bearer ']);

  const { rows: tables } = await world.stack.sql.query<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname IN ('audit', 'public')`,
  );
  for (const { schema, name } of tables) {
    const { rows } = await world.stack.sql.query<{ line: string }>(
      `SELECT t::text AS line FROM "${schema}"."${name}" t`,
    );
    const text = rows.map(({ line }) => line).join('\n');
    // The registry stores API keys in clear; the audit trail must not.
    look(`${schema}.${name}`, text, schema === 'audit' ? [...needles, ...apiKeys] : needles);
  }
  return leaks;
}
