import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import { conflict, notFound } from '../http/problem.js';
import type { Transaction } from '../http/transactions.js';

type Kind = StopRequest['kind'];

/** What an emergency stop is about. */
export interface StopTarget {
  readonly kind: Kind;
  /** ODS code, application id, or name of a client. */
  readonly target: string;
  readonly environment: string | null;
}

export interface FoundTarget extends StopTarget {
  readonly odsCodes: readonly string[];
  readonly state: string;
}

export const SUSPENDED = 'suspended';

const RUNNING: Readonly<Record<Kind, string>> = {
  organisation: 'active',
  application: 'live',
  client: 'active',
};

/** @throws AdminProblem not-found */
export async function findTarget(transaction: Transaction, request: StopRequest): Promise<FoundTarget> {
  const { kind } = request;
  switch (kind) {
    case 'organisation': {
      const row = await transaction.organisation.findUnique({ where: { odsCode: request.organisation } });
      if (row === null) throw notFound(`organisation ${request.organisation}`);
      return { kind, target: row.odsCode, environment: null, odsCodes: [row.odsCode], state: row.state };
    }
    case 'application': {
      const row = await transaction.application.findUnique({
        where: { id: request.application },
        include: { bindings: true },
      });
      if (row === null) throw notFound(`application ${request.application}`);
      const odsCodes = row.bindings.map(({ odsCode }) => odsCode);
      return { kind, target: row.id, environment: row.environmentName, odsCodes, state: row.state };
    }
    case 'client': {
      const row = await transaction.client.findUnique({
        where: { environmentName_name: { environmentName: request.environment, name: request.client } },
        include: { grants: true },
      });
      if (row === null) throw notFound(`client ${request.client} in ${request.environment}`);
      const odsCodes = [...new Set(row.grants.map(({ odsCode }) => odsCode))];
      return { kind, target: row.name, environment: row.environmentName, odsCodes, state: row.state };
    }
  }
}

/** @throws AdminProblem conflict, if the target does not run */
export function refuseIdle({ kind, target, state }: FoundTarget): void {
  if (state !== RUNNING[kind])
    throw conflict(`The ${kind} ${target} is ${state}, so there is nothing to stop.`);
}

/** Changes the state, unless somebody else has changed it before. @throws AdminProblem conflict */
export async function setState(
  transaction: Transaction,
  { kind, target, environment }: StopTarget,
  from: string,
  state: string,
): Promise<void> {
  const change = { data: { state } };
  const { count } =
    kind === 'organisation'
      ? await transaction.organisation.updateMany({ where: { odsCode: target, state: from }, ...change })
      : kind === 'application'
        ? await transaction.application.updateMany({ where: { id: target, state: from }, ...change })
        : await transaction.client.updateMany({
            where: { name: target, environmentName: environment ?? '', state: from },
            ...change,
          });
  if (count === 0) throw conflict(`The ${kind} ${target} is no longer ${from}: somebody has changed it.`);
}
