import { isProduction } from '@gatehouse/domain/registry/production';
import { Inject, Injectable } from '@nestjs/common';
import { Guarded, type GuardedInput } from '../changes/guarded.js';
import { notFound } from '../http/problem.js';
import type { Change, Queries, Transaction } from '../http/transactions.js';
import { DATABASE, ENVIRONMENTS, type Environments } from '../injected.js';

interface EnvironmentRow {
  readonly name: string;
  readonly kind: string;
  readonly fourEyes: boolean | null;
}

/** The environments, and whether changes that matter need a second person there. */
@Injectable()
export class EnvironmentsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
  ) {}

  async list() {
    const rows = await this.db.environment.findMany({ orderBy: { name: 'asc' } });
    return { items: rows.map((row) => this.viewOf(row)) };
  }

  @Guarded('environmentFourEyes')
  async setFourEyes(
    transaction: Transaction,
    _change: Change,
    { params: { environment: name }, body: { fourEyes } }: GuardedInput<'environmentFourEyes'>,
  ) {
    const row = await transaction.environment.findUnique({ where: { name } });
    if (row === null) throw notFound(`environment ${name}`);
    if (row.fourEyes === fourEyes) return this.viewOf(row);
    return this.viewOf(await transaction.environment.update({ where: { name }, data: { fourEyes } }));
  }

  private viewOf({ name, kind, fourEyes }: EnvironmentRow) {
    return {
      name,
      kind: kind as 'authenticated' | 'open',
      isServed: this.environments.has(name),
      isProduction: isProduction({ name, ...this.environments.get(name) }),
      fourEyes: fourEyes ?? true,
    };
  }
}
