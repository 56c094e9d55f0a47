/** Interactions that NHS England has deprecated and that clients still call (docs/reference/protocol-facts.md §2). */
import { INTERACTIONS } from '../ers/interaction.js';
import type { Snapshot } from '../registry/registry.js';
import { clientPage, type Finding } from './finding.js';

/** Their ids, in the order of the catalogue. */
export const DEPRECATED: readonly string[] = INTERACTIONS.filter(({ deprecated }) => deprecated).map(
  ({ id }) => id,
);

/**
 * What replaces each of them, as far as it is known. The specification says of A042 that it also retrieves the files that
 * A006 cannot; of A021 and A032 it only says that they are deprecated, and names no replacement.
 */
export const REPLACEMENTS: Readonly<Record<string, string>> = {
  A006: 'Call A042 (Retrieve attachment, R4) instead, which also retrieves files above 5 MB.',
  A021: 'NHS England’s specification names no replacement. A011 (Create referral) is not deprecated and creates the referral, but does not send it for triage: agree with NHS England on the steps that follow.',
  A032: 'NHS England’s specification names no replacement. A031 (Change shortlist) is not deprecated and changes the shortlist, but does not send the referral for triage: agree with NHS England on the steps that follow.',
};

/** Days that are counted. A finding ends once there was no call for so long. */
export const CALLS_WITHIN_DAYS = 30;

/** The calls of one deprecated interaction by one client for one organisation. */
export interface DeprecatedCalls {
  readonly clientId: string;
  readonly odsCode: string;
  readonly interaction: string;
  readonly count: number;
  /** Epoch ms. */
  readonly lastAtMs: number;
}

/** One for each client, organisation and interaction. Calls of a client that is no longer registered need nobody. */
export function deprecatedCalls(snapshot: Snapshot, calls: readonly DeprecatedCalls[]): Finding[] {
  return calls.flatMap(({ clientId, odsCode, interaction, count, lastAtMs }) => {
    const client = snapshot.clients.get(clientId);
    const operation = INTERACTIONS.find(({ id }) => id === interaction);
    if (client?.state !== 'active' || operation?.deprecated !== true) return [];
    const organisation = snapshot.organisations.get(odsCode);
    const place = organisation === undefined ? odsCode : `${organisation.name} (${odsCode})`;
    const last = `${new Date(lastAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return {
      key: `deprecated-call ${clientId} ${odsCode} ${interaction}`,
      notice: {
        kind: 'upkeep',
        title: `The client ${client.name} in ${client.environment} still calls ${interaction} for ${odsCode}, which is deprecated`,
        body: `It called ${interaction} (${operation.title}) ${times(count)} for ${place} within ${String(CALLS_WITHIN_DAYS)} days, the last time on ${last}. NHS England may switch ${interaction} off.`,
        whatToDo: `${REPLACEMENTS[interaction] ?? 'Ask NHS England what replaces it.'} The team of the client must change it.`,
        path: clientPage(client),
        odsCodes: [odsCode],
        staffId: null,
      },
    };
  });
}

const times = (count: number): string =>
  count === 1 ? 'once' : count === 2 ? 'twice' : `${count.toLocaleString('en-GB')} times`;
