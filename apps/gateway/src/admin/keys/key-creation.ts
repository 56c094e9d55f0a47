import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { CreatedSigningKey, KeyService } from '../../adapters/kms/key-service.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { AdminProblem, conflict } from '../http/problem.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments, KEY_SERVICE, LOG, type Log } from '../injected.js';
import { theApplication } from '../registry/applications.store.js';
import { theCis2Client } from '../registry/cis2-clients.store.js';
import { applicationOwner, cis2ClientOwner, type KeyOwner } from './key-owner.js';
import { KeysStore, refuseUnfinishedKey } from './keys.store.js';

/** Creates signing keys in KMS, and only for applications and CIS2 clients that can use one. */
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

  async create(acting: Acting, { reason, owner: kind, ...choice }: InputOf<'keyCreate'>['body']) {
    const owner =
      kind === 'cis2-client'
        ? await this.cis2Client(choice, acting.reach)
        : applicationOwner(await theApplication(this.db, choice, acting.reach));
    this.refuseWithoutUse(owner);
    await refuseUnfinishedKey(this.db, owner);
    const created = await this.createInKms(owner);
    return this.transactions.run(changeBy(acting, reason), (transaction) =>
      this.keys.add(transaction, owner, created),
    );
  }

  private async cis2Client(choice: ApplicationChoice, reach: Reach): Promise<KeyOwner> {
    const row = await theCis2Client(this.db, choice, reach);
    const owner = cis2ClientOwner(row);
    if (row.auth !== 'private_key_jwt')
      throw conflict(`The ${owner.name} proves itself without a key: its auth is ${row.auth}.`);
    return owner;
  }

  private async createInKms({ kind, id, odsCodes, environment }: KeyOwner): Promise<CreatedSigningKey> {
    try {
      return await this.keyService.createSigningKey(
        kind === 'application'
          ? { applicationId: id, odsCode: odsCodes[0] ?? '', environment }
          : { cis2ClientId: id, environment },
      );
    } catch (error) {
      this.log.error({ err: error }, 'KMS did not create a signing key');
      const reason = error instanceof Error ? error.name : 'unknown';
      throw new AdminProblem(
        'kms-failed',
        `The reason is ${reason}. Nothing was changed. Try again; if it fails again, check the permissions and quotas of Gatehouse in AWS KMS.`,
      );
    }
  }

  private refuseWithoutUse({ environment: name, state, name: ownerName }: KeyOwner): void {
    const environment = this.environments.get(name);
    if (environment === undefined) throw conflict(`This deployment does not serve ${name}.`);
    if (environment.kind === 'open') throw conflict(`${name} is an open environment and needs no key.`);
    if (state === 'retired') throw conflict(`${ownerName} is retired.`);
  }
}
