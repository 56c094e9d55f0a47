import { Inject, Injectable } from '@nestjs/common';
import type { KeyService } from '../../adapters/kms/key-service.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, KEY_SERVICE, LOG, type Log } from '../injected.js';
import { KeyEmergencyStore } from './key-emergency.store.js';

/**
 * Disables a key that may be in wrong hands. It waits for no queue, no second person and no KMS that is away: what the
 * registry can do is done in any case, and the answer says what is missing.
 */
@Injectable()
export class KeyDisabling {
  constructor(
    @Inject(KEY_SERVICE) private readonly keyService: KeyService,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(KeyEmergencyStore) private readonly emergencies: KeyEmergencyStore,
  ) {}

  /** @throws AdminProblem not-found; conflict if the key is disabled already */
  async disableNow(acting: Acting, kid: string, reason: string) {
    const { kmsKeyArn } = await this.emergencies.requireUsable(kid, acting.reach);
    const kmsDisabledAt = await this.disableInKms(kid, kmsKeyArn);
    return this.transactions.run(changeBy(acting, `emergency: ${reason}`), (transaction) =>
      this.emergencies.record(transaction, acting, { kid, reason, kmsDisabledAt }),
    );
  }

  private async disableInKms(kid: string, arn: string): Promise<Date | null> {
    try {
      await this.keyService.disableKey(arn);
      return new Date(this.now());
    } catch (error) {
      this.log.error({ err: error, kid }, 'KMS did not disable a signing key');
      return null;
    }
  }
}
