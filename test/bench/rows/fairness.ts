/** (g) What other clients notice of one that sends fifty times its share. */
import { percentile } from '../load/figures.ts';
import { openLoop } from '../load/open-loop.ts';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';
import { pin, SERVER_CORE } from '../servers/programs.ts';

const CLIENTS = 50;
/** Of all the others together, so that the greedy one sends as much again. */
const PER_SECOND = 100;
const SHARE = PER_SECOND / CLIENTS;

export const fairness: Row = {
  title: 'one client at fifty times its share',
  async run({ isQuick, seconds, later, record }) {
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, CLIENTS + 1);
    const gateway = await gatehouse.startMeasured();
    await mintTokens(readTarget(gateway, gatehouse.keys));
    pin(gateway.child.pid, SERVER_CORE);
    const [greedy = '', ...others] = gatehouse.keys;
    const target = readTarget(gateway, others);
    const duration = isQuick ? seconds : 30;
    await openLoop(target, PER_SECOND, isQuick ? 1 : 20);

    const alone = await openLoop(target, PER_SECOND, duration);
    const [beside] = await Promise.all([
      openLoop(target, PER_SECOND, duration),
      openLoop(readTarget(gateway, [greedy]), SHARE * 50, duration),
    ]);
    const [aloneMs, besideMs] = [alone, beside].map((samples) =>
      Number(
        percentile(
          samples.map(({ ms }) => ms),
          0.99,
        ).toFixed(2),
      ),
    );
    const failed = beside.filter(({ ok }) => !ok).length;
    console.log(
      `  p99 of ${CLIENTS} others: ${aloneMs} ms alone, ${besideMs} ms beside it; failed ${failed}`,
    );
    record({ clients: CLIENTS, aloneMs, besideMs, failed });
  },
};
