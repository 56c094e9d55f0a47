import { Inject, Injectable } from '@nestjs/common';
import { beginEmergency, settleEmergency } from '../../adapters/keys/key-emergencies.js';
import type { KeyService } from '../../adapters/kms/key-service.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Acting } from '../http/access/principal.js';
import type { Database } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, KEY_SERVICE, LOG, type Log } from '../injected.js';
import { ownerOf } from '../keys/key-owner.js';
import { KeyEmergencyStore } from './key-emergency.store.js';

/**
 * Disables a key that may be in the wrong hands. It waits for no queue and no second person. The emergency is recorded first, so
 * that a job goes on with what an outage or a crash has interrupted; the answer says what is missing.
 */
@Injectable()
export class KeyDisabling {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    @Inject(KEY_SERVICE) private readonly keyService: KeyService,
    @Inject(AuditTrail) private readonly auditTrail: Pick<AuditTrail, 'record'>,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(KeyEmergencyStore) private readonly emergencies: KeyEmergencyStore,
  ) {}

  /**
   * A second person gets the emergency that a colleague has declared, and what is missing of it is tried again.
   * @throws AdminProblem not-found; conflict if the key is disabled already, and not in an emergency
   */
  async disableNow({ reach, actor, staffId, origin }: Acting, kid: string, reason: string) {
    const key = await this.emergencies.requireUsable(kid, reach);
    const { name: ownerName, odsCodes } = ownerOf(key);
    const request = {
      ...{ kid, ownerName, odsCodes, wasActive: key.state === 'ACTIVE' },
      ...{ reason, by: actor, staffId, origin },
    };
    const id = await beginEmergency(this.db, request, this.now());
    const { db, keyService, now, log } = this;
    const audit = { system: this.auditTrail.record.bind(this.auditTrail) };
    await settleEmergency({ db, keyService, audit, now, log }, id);
    return this.emergencies.show(id, reach);
  }
}
