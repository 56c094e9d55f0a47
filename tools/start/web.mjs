// The supplier's web application of the demo, which users sign in to.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { gatehouse } from './demo.mjs';

/** Its client in the demo registry, and the port of the return target there. */
export const WEB_CLIENT = 'demo-web';
const REGISTERED_URL = 'http://localhost:8084';

/** Registers another return target if the application had to move to another port. */
async function returnTo(url, { root, home, state, admin }) {
  if ((state.webUrl ?? REGISTERED_URL) === url) return;
  const file = join(home, 'return-target.yaml');
  const client = { name: WEB_CLIENT, environment: 'local', returnTargets: [`${url}/signed-in`] };
  writeFileSync(file, stringify({ apiVersion: 'gatehouse/v1', clients: [client] }));
  await gatehouse(root, ['apply', file], admin);
  state.webUrl = url;
  state.save();
}

/**
 * @param demo where the demo is kept: `root`, `home`, `state`, and the settings `admin` of the `gatehouse` command
 * @param addresses where it listens, and the addresses of itself, Gatehouse and the console
 * @returns its settings, once Gatehouse knows its return target
 */
export async function prepareWeb(demo, { listen, url, gatehouseUrl, consoleUrl }, organisations) {
  await returnTo(url, demo);
  return {
    DEMO_LISTEN: listen,
    DEMO_URL: url,
    DEMO_GATEHOUSE_URL: gatehouseUrl,
    DEMO_CLIENT_KEY: demo.state.clientKeys[WEB_CLIENT],
    DEMO_CONSOLE_URL: consoleUrl,
    DEMO_ORGANISATIONS: JSON.stringify(organisations.map(({ odsCode, name }) => ({ odsCode, name }))),
  };
}
