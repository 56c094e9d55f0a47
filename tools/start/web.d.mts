import type { DemoRegistry, DemoState } from './demo.d.mts';

/** The client of the web application in the demo registry. */
export const WEB_CLIENT: string;

/** @returns the settings of the web application, once Gatehouse knows its return target */
export function prepareWeb(
  demo: {
    readonly root: string;
    readonly home: string;
    readonly state: DemoState;
    readonly admin: Readonly<Record<string, string>>;
  },
  addresses: {
    readonly listen: string;
    readonly url: string;
    readonly gatehouseUrl: string;
    readonly consoleUrl: string;
  },
  organisations: DemoRegistry['organisations'],
): Promise<Record<string, string>>;
