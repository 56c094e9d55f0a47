import type { InputOf } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import type { CreatedSigningKey, KeyService } from '../../adapters/kms/key-service.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { AdminProblem, conflict } from '../http/problem.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments, KEY_SERVICE, LOG, type Log } from '../injected.js';
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
    @Inject(LOG) private readonly log: Log,
  ) {}

  async create(acting: Acting, { reason, ...choice }: InputOf<'keyCreate'>['body']) {
    const application = await theApplication(this.db, choice, acting.reach);
    this.refuseWithoutUse(application);
    await refuseUnfinishedKey(this.db, application.id);
    const created = await this.createInKms(application);
    return this.transactions.run(changeBy(acting, reason), (transaction) =>
      this.keys.add(transaction, application, created),
    );
  }

  private async createInKms({ id, bindings, environmentName }: ApplicationRows): Promise<CreatedSigningKey> {
    try {
      return await this.keyService.createSigningKey({
        applicationId: id,
        odsCode: bindings[0]?.odsCode ?? '',
        environment: environmentName,
      });
    } catch (error) {
      this.log.error({ err: error }, 'KMS did not create a signing key');
      const reason = error instanceof Error ? error.name : 'unknown';
      throw new AdminProblem(
        'kms-failed',
        `The reason is ${reason}. Nothing was changed. Try again; if it fails again, check the permissions and quotas of Gatehouse in AWS KMS.`,
      );
    }
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
