import type { StopRequest } from '@gatehouse/contracts/governance/stop-resources';
import { conflict, notFound } from '../http/problem.js';
import type { Transaction } from '../http/transaction.store.js';

export interface Stopped {
  readonly target: string;
  readonly environment: string | null;
  readonly odsCodes: readonly string[];
  readonly stateBefore: string;
}

export const SUSPENDED = 'suspended';

type Kind = StopRequest['kind'];

/** What is to be stopped, as it stands. @throws AdminProblem not-found */
export async function find(transaction: Transaction, request: StopRequest): Promise<Stopped> {
  switch (request.kind) {
    case 'organisation': {
      const row = await transaction.organisation.findUnique({ where: { odsCode: request.organisation } });
      if (row === null) throw notFound(`organisation ${request.organisation}`);
      return { target: row.odsCode, environment: null, odsCodes: [row.odsCode], stateBefore: row.state };
    }
    case 'application': {
      const row = await transaction.application.findUnique({
        where: { id: request.application },
        include: { bindings: true },
      });
      if (row === null) throw notFound(`application ${request.application}`);
      const odsCodes = row.bindings.map(({ odsCode }) => odsCode);
      return { target: row.id, environment: row.environmentName, odsCodes, stateBefore: row.state };
    }
    case 'client': {
      const row = await transaction.client.findUnique({
        where: { environmentName_name: { environmentName: request.environment, name: request.client } },
        include: { grants: true },
      });
      if (row === null) throw notFound(`client ${request.client} in ${request.environment}`);
      const odsCodes = [...new Set(row.grants.map(({ odsCode }) => odsCode))];
      return { target: row.name, environment: row.environmentName, odsCodes, stateBefore: row.state };
    }
  }
}

const RUNNING: Readonly<Record<Kind, string>> = {
  organisation: 'active',
  application: 'live',
  client: 'active',
};

/** @throws AdminProblem conflict if there is nothing running to stop */
export function refuseIdle(kind: Kind, { target, stateBefore }: Stopped): void {
  if (stateBefore !== RUNNING[kind]) throw conflict(`The ${kind} ${target} is ${stateBefore}: nothing runs.`);
}

/** Moves from one state to the other, unless somebody else has moved it. @throws AdminProblem conflict */
export async function setState(
  transaction: Transaction,
  { kind, target, environment }: { kind: Kind; target: string; environment: string | null },
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
  if (count === 0) throw conflict(`The ${kind} ${target} is no longer ${from}; somebody has changed it.`);
}
