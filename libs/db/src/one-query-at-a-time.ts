import { PrismaPg } from '@prisma/adapter-pg';

/**
 * The driver adapter for PostgreSQL, whose transactions send one query at a time. Prisma sends the queries of one
 * `include` together; on the one connection of a transaction `pg` queues them, and from version 9 it refuses them.
 */
export class SequentialPrismaPg extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const start = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => oneQueryAtATime(await start(isolationLevel));
    return adapter;
  }
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;
type Transaction = Awaited<ReturnType<Adapter['startTransaction']>>;

function oneQueryAtATime(transaction: Transaction): Transaction {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Q, R>(send: (query: Q) => Promise<R>) => {
    return (query: Q): Promise<R> => {
      const result = last.then(() => send(query));
      // Its own caller learns of the failure; the next query only waits for the end.
      last = result.catch(() => undefined);
      return result;
    };
  };
  transaction.queryRaw = inTurn(transaction.queryRaw.bind(transaction));
  transaction.executeRaw = inTurn(transaction.executeRaw.bind(transaction));
  return transaction;
}
