/** The demo of `npm start` for a test: its registry, healthcare workers at CIS2, and the supplier's web application. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../tools/chromium.mjs';
import { loadDemo } from '../../../tools/start/demo.mjs';
import { prepareWeb } from '../../../tools/start/web.mjs';
import { FLAGS } from '../console.ts';
import { freePort } from '../../../tools/start/free-port.ts';
import { type GatewayProcess, startWebProcess } from './processes.ts';
import { type Stack, startStack } from './stack.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface DemoWorld {
  readonly stack: Stack;
  readonly webUrl: string;
  readonly browser: Browser;
  /** Messages in the browser's console that no page may cause, such as violations of the content security policy. */
  readonly complaints: string[];
  /** Opens the web application in a browser with its own cookies. */
  open(): Promise<Page>;
  stop(): Promise<void>;
}

/**
 * Loads the demo's registry, as `npm start` does.
 * @param publicUrl where API Management fetches the JWKS of each application
 * @param home a folder for the files of the demo
 */
export async function loadDemoInto(stack: Stack, gateway: GatewayProcess, publicUrl: string, home: string) {
  const state = { clientKeys: {}, done: [], adminToken: stack.adminToken, save: () => undefined };
  const settings = { GATEHOUSE_ADMIN_URL: gateway.admin };
  const registry = await loadDemo({
    ...{ root: ROOT, home, state, settings, adminUrl: gateway.admin, publicUrl },
    asOwner: { DATABASE_OWNER_URL: stack.database.ownerUrl, DATABASE_URL: stack.database.appUrl },
    controlUrl: stack.simulator.controlUrl,
  });
  return { state, settings, registry };
}

export async function startDemoWorld(): Promise<DemoWorld> {
  const stack = await startStack({ replicas: 0 });
  const [publicPort, webPort] = [await freePort(), await freePort()];
  const publicUrl = `http://localhost:${publicPort}`;
  const webUrl = `http://localhost:${webPort}`;
  const gateway = await stack.startGateway({
    GATEHOUSE_PUBLIC_LISTEN: `127.0.0.1:${publicPort}`,
    GATEHOUSE_PUBLIC_URL: publicUrl,
  });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-demo-'));
  const { state, settings, registry } = await loadDemoInto(stack, gateway, publicUrl, home);
  const webSettings = await prepareWeb(
    { root: ROOT, home, state, admin: { ...settings, GATEHOUSE_ADMIN_TOKEN: state.adminToken } },
    {
      listen: `127.0.0.1:${webPort}`,
      url: webUrl,
      gatehouseUrl: gateway.partner,
      consoleUrl: 'http://localhost:1',
    },
    registry.organisations,
  );
  await stack.settled();
  const web = await startWebProcess(webSettings);
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: FLAGS });
  const complaints: string[] = [];
  return {
    stack,
    webUrl,
    browser,
    complaints,
    async open() {
      const context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      page.on('console', (message) => {
        // Tests provoke refusals.
        const refused = /status of 4\d\d/.test(message.text());
        if (message.type() === 'error' && !refused) complaints.push(message.text());
      });
      await page.goto(webUrl);
      return page;
    },
    async stop() {
      await browser.close();
      await web.stop();
      await stack.stop();
      await rm(home, { recursive: true });
    },
  };
}
