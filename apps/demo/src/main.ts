import { createDemo } from './server.js';
import type { Settings } from './settings.js';

/** Reads the environment: DEMO_{LISTEN,URL,GATEHOUSE_URL,CLIENT_KEY,PRODUCT,CONSOLE_URL,ORGANISATIONS}. */
function settingsFromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const needed = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`${name} is missing.`);
    return value;
  };
  return {
    url: needed('DEMO_URL'),
    gatehouseUrl: needed('DEMO_GATEHOUSE_URL'),
    clientKey: needed('DEMO_CLIENT_KEY'),
    product: env['DEMO_PRODUCT'] ?? 'ReferWell',
    consoleUrl: env['DEMO_CONSOLE_URL'] ?? null,
    organisations: JSON.parse(env['DEMO_ORGANISATIONS'] ?? '[]') as Settings['organisations'],
  };
}

const { hostname, port } = new URL(`http://${process.env['DEMO_LISTEN'] ?? '127.0.0.1:8084'}`);
const server = createDemo(settingsFromEnvironment(process.env));
server.listen(Number(port), hostname, () => {
  console.log(JSON.stringify({ demo: 'ready' }));
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
