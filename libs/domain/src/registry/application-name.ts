import type { AccessMode, Capability } from './records/vocabulary.js';

/**
 * The name an APIM application should carry, by the pattern of NHS England's guidance:
 * `[Organisation Name] - [Product Name] - Prod - Application-Restricted - Referrer`; a user-restricted one has no
 * capability (docs/reference/protocol-facts.md §9.1).
 */
export function applicationName(application: {
  readonly organisationName: string;
  readonly product: string;
  readonly environment: string;
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
}): string {
  const parts = [
    application.organisationName,
    application.product,
    capitalised(application.environment),
    MODE_NAMES[application.accessMode],
  ];
  if (application.accessMode === 'application-restricted' && application.capability !== null)
    parts.push(capitalised(application.capability));
  return parts.join(' - ');
}

const MODE_NAMES: Readonly<Record<AccessMode, string>> = {
  'user-restricted': 'User-Restricted',
  'application-restricted': 'Application-Restricted',
};

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
