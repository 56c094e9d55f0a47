import {
  type ListedChange,
  MOST_SENTENCES_LISTED,
  type PendingChangeView,
  type Thing,
} from '@gatehouse/contracts/governance/change-resources';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import { environmentsOfChange } from '@gatehouse/domain/governance/change-places';
import { changeSummary, type Names } from '@gatehouse/domain/governance/change-summary';
import { withRowsOfPlans } from '@gatehouse/domain/governance/plan-rows';
import { isInForce } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';
import { nameOf } from '../registry/lists.store.js';
import { type PendingRow, viewOf } from './changes.view.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Requested changes as people read them: in sentences, with the names of what their rows only have ids of. */
@Injectable()
export class ChangeViews {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async of(row: PendingRow): Promise<PendingChangeView> {
    const [view] = await this.all([row]);
    if (view === undefined) throw new Error('a change without a view');
    return view;
  }

  async listed(rows: readonly PendingRow[]): Promise<ListedChange[]> {
    return (await this.all(rows)).map(inList);
  }

  private async all(rows: readonly PendingRow[]): Promise<PendingChangeView[]> {
    const nowMs = this.now();
    const diffs = rows.map(({ diff }) => diff as readonly DiffRow[]);
    const shown = diffs.map(withRowsOfPlans);
    const recorded = await this.recorded([...new Set(shown.flatMap(textsIn))], nowMs);
    return rows.map((row, index) => {
      const diff = [...(shown[index] ?? [])];
      const texts = new Set(textsIn(diff));
      const things = recorded.things.filter(({ id }) => texts.has(id));
      const summary = [...changeSummary(diffs[index] ?? [], recorded.names)];
      const environments = [...environmentsOfChange(diff, recorded.names)];
      return { ...viewOf(row, nowMs), environments, diff, summary, things };
    });
  }

  /** What these texts are ids of, where they are ids. */
  private async recorded(texts: readonly string[], nowMs: number) {
    const ids = texts.filter((text) => UUID.test(text));
    const applications = await this.db.application.findMany({
      where: { id: { in: ids } },
      include: { bindings: { include: { organisation: true }, orderBy: { odsCode: 'asc' } } },
    });
    const clients = await this.db.client.findMany({ where: { id: { in: ids } } });
    const cis2Clients = byId(await this.db.cis2Client.findMany({ where: { id: { in: ids } } }));
    const odsCodes = applications.flatMap(({ bindings }) => bindings.map(({ odsCode }) => odsCode));
    const organisations = await this.db.organisation.findMany({
      where: { odsCode: { in: [...texts, ...odsCodes] } },
    });
    const appointments = await this.db.sroAppointment.findMany({
      where: { odsCode: { in: organisations.map(({ odsCode }) => odsCode) }, withdrawnAt: null },
    });
    const [byApplication, byClient] = [byId(applications), byId(clients)];
    const nameByCode = new Map(organisations.map(({ odsCode, name }) => [odsCode, name]));
    const names: Names = {
      organisation: (odsCode) => nameByCode.get(odsCode),
      application: (id) => {
        const row = byApplication.get(id);
        return row === undefined ? undefined : applicationIdentity(row);
      },
      client: (id) => {
        const row = byClient.get(id);
        return row === undefined ? undefined : { name: row.name, environment: row.environmentName };
      },
      cis2Client: (id) => {
        const row = cis2Clients.get(id);
        return row && { product: row.productName, environment: row.environmentName };
      },
      hasSro: (codes, environment) =>
        this.environments.get(environment)?.kind === 'open' ||
        codes.every((code) =>
          appointments.some(
            (row) => row.odsCode === code && isInForce(appointmentOf(row), environment, nowMs),
          ),
        ),
    };
    const things: Thing[] = [
      ...organisations.map(({ odsCode, name }) => ({ kind: 'organisation' as const, id: odsCode, name })),
      ...applications.map((row) => ({ kind: 'application' as const, id: row.id, name: nameOf(row) })),
      ...clients.map(({ id, name, environmentName }) => ({
        kind: 'client' as const,
        id,
        name,
        environment: environmentName,
      })),
    ];
    return { names, things };
  }
}

function inList({ summary, things: _, diff, diffHash: __, ...change }: PendingChangeView): ListedChange {
  const counts = new Map<string, number>();
  for (const { table } of diff) counts.set(table, (counts.get(table) ?? 0) + 1);
  return {
    ...change,
    summary: summary.slice(0, MOST_SENTENCES_LISTED),
    sentences: summary.length,
    rows: [...counts].map(([table, count]) => ({ table, count })),
  };
}

const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

/** The texts of all members, among them every id. */
function textsIn(diff: readonly DiffRow[]): string[] {
  const members = diff.flatMap(({ before, after }) =>
    [before, after].flatMap((row) => Object.values(row ?? {})),
  );
  return members.flat().filter((value) => typeof value === 'string');
}
