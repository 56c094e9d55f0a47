import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { sroState } from '@gatehouse/domain/governance/sro';
import type { SearchTerms } from '@gatehouse/domain/registry/search';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import type { Queries } from '../http/transactions.js';
import { clientsWhere } from '../clients/clients.store.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { MOST, startsWith } from './search.store.js';

interface ClientRow {
  readonly name: string;
  readonly environment: string;
  readonly state: string;
}

/** Finds clients, CIS2 clients and SROs. */
@Injectable()
export class NamesStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * By the id of one of their keys, or by the start of the name in any case; for a limited role, clients whose grants are all
   * within its reach.
   */
  async clients(terms: SearchTerms, reach: Reach): Promise<SearchHit[]> {
    const hits = [...(await this.clientsByKey(terms, reach)), ...(await this.clientsByName(terms, reach))];
    return hits.filter(({ id }, index) => hits.findIndex((hit) => hit.id === id) === index);
  }

  private async clientsByKey({ registeredId: keyId }: SearchTerms, reach: Reach): Promise<SearchHit[]> {
    if (keyId === null) return [];
    const rows = await this.db.client.findMany({
      where: { ...clientsWhere({}, reach), credentials: { some: { keyId } } },
    });
    return rows.map(({ environmentName: environment, ...row }) =>
      clientHit({ ...row, environment }, 'key id'),
    );
  }

  private async clientsByName({ namePrefix }: SearchTerms, reach: Reach): Promise<SearchHit[]> {
    if (namePrefix === null) return [];
    const within = reach === 'all' ? null : [...reach];
    const rows = await this.db.$queryRaw<ClientRow[]>`
      SELECT name, environment, state FROM client c
      WHERE lower(name) LIKE ${startsWith(namePrefix)}
        AND (${within}::text[] IS NULL
          OR (EXISTS (SELECT FROM client_grant g WHERE g.client_id = c.id)
            AND NOT EXISTS (
              SELECT FROM client_grant g WHERE g.client_id = c.id AND g.ods_code <> ALL(${within}::text[]))))
      ORDER BY lower(name), environment LIMIT ${MOST}`;
    return rows.map((row) => clientHit(row, 'name'));
  }

  /** By the id under which it is registered with CIS2, or the id of one of its signing keys. */
  async cis2Clients({ registeredId }: SearchTerms): Promise<SearchHit[]> {
    if (registeredId === null) return [];
    const rows = await this.db.cis2Client.findMany({
      where: { OR: [{ clientId: registeredId }, { signingKeys: { some: { kid: registeredId } } }] },
      orderBy: { id: 'asc' },
      take: MOST,
    });
    return rows.map(({ id, clientId, environmentName, productName }) => ({
      type: 'cis2-client',
      id,
      title: `${productName} in CIS2`,
      detail: `${environmentName}, ${clientId}`,
      matched: clientId === registeredId ? 'CIS2 client id' : 'key id',
    }));
  }

  /** By the start of the name in any case, appointments that have ended included. */
  async sros({ namePrefix }: SearchTerms, reach: Reach | null): Promise<SearchHit[]> {
    if (namePrefix === null || reach === null) return [];
    const within = reach === 'all' ? null : [...reach];
    const ids = await this.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM sro_appointment
      WHERE lower(name) LIKE ${startsWith(namePrefix)}
        AND (${within}::text[] IS NULL OR ods_code = ANY(${within}::text[]))
      ORDER BY withdrawn_at IS NOT NULL, lower(name), ods_code LIMIT ${MOST}`;
    const rows = await this.db.sroAppointment.findMany({
      where: { id: { in: ids.map(({ id }) => id) } },
      orderBy: [{ name: 'asc' }, { odsCode: 'asc' }],
    });
    const nowMs = this.now();
    return rows.map((row) => ({
      type: 'sro',
      id: row.odsCode,
      title: row.name,
      detail: `SRO of ${row.odsCode} (${row.role}), ${sroState(appointmentOf(row), nowMs)}`,
      matched: 'name',
    }));
  }
}

function clientHit({ name, environment, state }: ClientRow, matched: SearchHit['matched']): SearchHit {
  return {
    type: 'client',
    id: `${environment}~${name}`,
    title: name,
    detail: `${environment}, ${state}`,
    matched,
  };
}
