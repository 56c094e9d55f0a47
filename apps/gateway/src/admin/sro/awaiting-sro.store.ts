import { isInForce } from '@gatehouse/domain/governance/sro';
import type { RegistryPlan } from '@gatehouse/domain/registry/plan/registry-plan';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';

const MOST_NAMED = 5;

/** Applications that a document would put in service before their organisations have an SRO in force. */
@Injectable()
export class AwaitingSro {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @returns one remark, or none */
  async remarksOn({ applications }: Pick<RegistryPlan, 'applications'>): Promise<string[]> {
    const guarded = applications.filter(
      ({ change, record }) =>
        change.fields.some(({ name, after }) => name === 'state' && after === 'live') &&
        record.accessMode === 'application-restricted' &&
        this.environments.get(record.environment)?.kind !== 'open',
    );
    const odsCodes = new Set(guarded.flatMap(({ record }) => record.organisations));
    const rows = await this.db.sroAppointment.findMany({
      where: { odsCode: { in: [...odsCodes] }, withdrawnAt: null },
    });
    const nowMs = this.now();
    const hasSro = (odsCode: string, environment: string): boolean =>
      rows.some((row) => row.odsCode === odsCode && isInForce(appointmentOf(row), environment, nowMs));
    const waiting = guarded.filter(
      ({ record }) => !record.organisations.every((odsCode) => hasSro(odsCode, record.environment)),
    );
    if (waiting.length === 0) return [];
    const named = waiting.slice(0, MOST_NAMED).map(({ change }) => change.key);
    const others = waiting.length - named.length;
    const [applicationsWait, theirs] =
      waiting.length === 1
        ? ['1 application would wait', 'its']
        : [`${waiting.length} applications would wait`, 'their'];
    return [
      `${applicationsWait} for an SRO: ${theirs} requests are rejected until the organisation has one in force: ${named.join(', ')}${others === 0 ? '' : ` and ${others} more`}.`,
    ];
  }
}
