import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { DocumentApplication } from '@gatehouse/domain/registry/records/application-fields';
import { EMPTY_DOCUMENT, type RegistryDocument } from '@gatehouse/domain/registry/records/registry-records';
import { Inject, Injectable } from '@nestjs/common';
import { BeforeGuarded, Guarded, type GuardedInput } from '../changes/guarded.js';
import { AdminProblem, conflict, invalid } from '../http/problem.js';
import { refuseStale } from '../http/route/entity-tag.js';
import type { Change, Transaction } from '../http/transactions.js';
import { RegistryWriter } from '../registry/apply.store.js';
import type { Sealing } from '../registry/seal-ahead.store.js';
import { RecordsStore } from './records.store.js';

type ApplicationChange = GuardedInput<'applicationChange'>;

/**
 * A change of one organisation or application: a registry document with one entry, planned and applied like any other.
 * The entity tag is compared in the transaction that writes, so that of two editors at once one is refused.
 */
@Injectable()
export class RecordChanges {
  private readonly sealedAhead = new WeakMap<ApplicationChange['body'], Sealing>();

  constructor(
    @Inject(RecordsStore) private readonly records: RecordsStore,
    @Inject(RegistryWriter) private readonly writer: RegistryWriter,
  ) {}

  @Guarded('organisationChange')
  async changeOrganisation(
    transaction: Transaction,
    _change: Change,
    { params: { odsCode }, body, ifMatch }: GuardedInput<'organisationChange'>,
    reach: Reach,
  ) {
    const current = await this.records.organisation(odsCode, reach, transaction);
    if (ifMatch !== undefined) refuseStale(current, ifMatch, `organisation ${odsCode}`);
    const entry = { odsCode, name: body.name ?? current.record.name, state: body.state };
    await this.apply(transaction, { ...EMPTY_DOCUMENT, organisations: [entry] }, reach);
    return this.records.organisation(odsCode, reach, transaction);
  }

  @BeforeGuarded('applicationChange')
  async prepareApplication({ params: { id }, body }: ApplicationChange): Promise<void> {
    if (body.apiSecret === undefined) return;
    const { record } = await this.records.application(id, 'all');
    const sealing = await this.writer.sealAhead(documentOf(record, body));
    if (sealing !== null) this.sealedAhead.set(body, sealing);
  }

  @Guarded('applicationChange')
  async changeApplication(
    transaction: Transaction,
    _change: Change,
    { params: { id }, body, ifMatch }: ApplicationChange,
    reach: Reach,
  ) {
    const current = await this.records.application(id, reach, transaction);
    if (ifMatch !== undefined) refuseStale(current, ifMatch, 'this application');
    const { record } = current;
    if (record.state === 'retired') throw conflict('This application is retired and can no longer change.');
    await this.apply(transaction, documentOf(record, body), reach, this.sealedAhead.get(body));
    return this.records.application(id, reach, transaction);
  }

  /** Faults point into the body that was sent, which is the one entry. */
  private async apply(
    transaction: Transaction,
    document: RegistryDocument,
    reach: Reach,
    sealing?: Sealing,
  ): Promise<void> {
    try {
      await this.writer.apply(transaction, document, { reach, sealing });
    } catch (error) {
      if (!(error instanceof AdminProblem) || error.kind !== 'registry-faults') throw error;
      throw invalid(
        error.errors.map(({ pointer, detail }) => ({
          pointer: pointer.replace(/^\/document\/[a-zA-Z]+\/0/, ''),
          detail,
        })),
      );
    }
  }
}

type ApplicationView = Awaited<ReturnType<RecordsStore['application']>>['record'];

function documentOf(view: ApplicationView, { reason: _reason, ...fields }: ApplicationChange['body']) {
  return { ...EMPTY_DOCUMENT, applications: [entryOf(view, fields)] };
}

/** An application and what is to change of it, as an entry of a registry document. */
export function entryOf(
  { id, organisations, product, environment, accessMode, capability }: ApplicationView,
  fields: Partial<DocumentApplication>,
): DocumentApplication {
  return {
    ...{ id, organisations, product, environment, accessMode },
    capability: capability ?? undefined,
    ...fields,
  };
}
