/** Which environments are production. Settings, four eyes and the console all ask here. */

/** What leads to the live NHS (docs/reference/protocol-facts.md §3.4, §7). */
const LIVE_HOSTS = new Set(['api.service.nhs.uk', 'am.nhsidentity.spineservices.nhs.uk']);

export interface EnvironmentAddresses {
  readonly name: string;
  readonly tokenUrl?: string | undefined;
  readonly apiBaseUrl?: string | undefined;
  readonly cis2Issuer?: string | undefined;
}

/**
 * Whether an environment is production: by its name, or because one of its addresses leads to the live NHS. Of an
 * environment that this deployment does not serve, only the name is known.
 */
export function isProduction({ name, tokenUrl, apiBaseUrl, cis2Issuer }: EnvironmentAddresses): boolean {
  return name === 'prod' || [tokenUrl, apiBaseUrl, cis2Issuer].some((url) => LIVE_HOSTS.has(hostOf(url)));
}

function hostOf(url = ''): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
