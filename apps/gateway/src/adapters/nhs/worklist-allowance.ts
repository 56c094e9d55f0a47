/** Two fetches of a worklist per service and day, counted in PostgreSQL so that replicas and restarts agree. */
import type { Pool } from 'pg';
import { GatewayError } from '@gatehouse/domain/errors';
import { WORKLIST_FETCHES_PER_DAY } from '@gatehouse/domain/ers/worklist';

export interface WorklistAllowance {
  /**
   * Uses one of today's fetches.
   * @param day London calendar day, YYYY-MM-DD
   * @returns false if none is left
   * @throws GW_REGISTRY_STALE if the database can't be reached
   */
  take(applicationId: string, serviceId: string, day: string): Promise<boolean>;
  /** Gives one back after a fetch that returned nothing. */
  giveBack(applicationId: string, serviceId: string, day: string): Promise<void>;
}

export function createWorklistAllowance(pool: Pool): WorklistAllowance {
  return {
    async take(applicationId, serviceId, day) {
      try {
        const { rowCount } = await pool.query(
          `INSERT INTO worklist_use AS taken (application_id, service_id, day, uses) VALUES ($1, $2, $3, 1)
           ON CONFLICT (application_id, service_id, day) DO UPDATE SET uses = taken.uses + 1 WHERE taken.uses < $4`,
          [applicationId, serviceId, day, WORKLIST_FETCHES_PER_DAY],
        );
        return rowCount === 1;
      } catch (error) {
        throw new GatewayError('GW_REGISTRY_STALE', { detail: 'worklist allowance', cause: error });
      }
    },

    async giveBack(applicationId, serviceId, day) {
      await pool.query(
        `UPDATE worklist_use SET uses = uses - 1
         WHERE application_id = $1 AND service_id = $2 AND day = $3 AND uses > 0`,
        [applicationId, serviceId, day],
      );
    },
  };
}
