import type { InputOf } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import type { KeyService } from '../../adapters/kms/key-service.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { conflict } from '../http/problem.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments, KEY_SERVICE } from '../injected.js';
import { type ApplicationRows, keyOfRows, theApplication } from '../registry/applications.store.js';
import { KeysStore, refuseUnfinishedKey } from './keys.store.js';

/** Creates signing keys in KMS, and only for applications that can use one. */
@Injectable()
export class KeyCreation {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(KEY_SERVICE) private readonly keyService: KeyService,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(KeysStore) private readonly keys: KeysStore,
  ) {}

  async create(acting: Acting, { reason, ...choice }: InputOf<'keyCreate'>['body']) {
    const application = await theApplication(this.db, choice, acting.reach);
    this.refuseWithoutUse(application);
    await refuseUnfinishedKey(this.db, application.id);
    const created = await this.keyService.createSigningKey({
      applicationId: application.id,
      odsCode: application.bindings[0]?.odsCode ?? '',
      environment: application.environmentName,
    });
    return this.transactions.run(changeBy(acting, reason), (transaction) =>
      this.keys.add(transaction, application, created),
    );
  }

  private refuseWithoutUse(application: ApplicationRows): void {
    const { environmentName, state } = application;
    const environment = this.environments.get(environmentName);
    if (environment === undefined) throw conflict(`This deployment does not serve ${environmentName}.`);
    if (environment.kind === 'open')
      throw conflict(`${environmentName} is an open environment and needs no key.`);
    if (state === 'retired') throw conflict(`${keyOfRows(application)} is retired.`);
  }
}
