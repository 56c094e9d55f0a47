/** (e) Long answers at the same time, read as fast as they come and slowly: what memory they take. */
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../row.ts';
import { startUpstream } from '../servers/contenders.ts';
import { memoryMib } from '../servers/cpu.ts';
import { mintTokens, readTarget, startGatehouse } from '../servers/gatehouse.ts';

const ATTACHMENT = '/FHIR/R4/Binary/att-70000-70001';
const ATTACHMENT_BYTES = 50 * 1_048_576;
const LOOK_MS = 100;

export const streams: Row = {
  title: 'parallel streams of 50 MB, and slow readers',
  async run({ isQuick, seconds, later, record }) {
    const upstream = await startUpstream(later);
    const gatehouse = await startGatehouse(later, `${upstream.origin}/referrals`, 50);
    const gateway = await gatehouse.startMeasured();
    const pid = gateway.child.pid ?? 0;
    await mintTokens(readTarget(gateway, gatehouse.keys));
    const keys = gatehouse.keys.slice(0, isQuick ? 5 : 50);
    // Once beforehand, so that the memory counted is that of the streams and not of code used for the first time.
    await Promise.all(keys.slice(0, 2).map((key) => download(gateway.partner, key, Infinity)));

    const slowBytes = 262_144 * seconds;
    for (const [name, bytes, readPauseMs] of [
      ['read at once', ATTACHMENT_BYTES, 0],
      ['slow readers', slowBytes, 50],
    ] as const) {
      const beforeMib = memoryMib(pid);
      let peakMib = beforeMib;
      const watch = setInterval(() => (peakMib = Math.max(peakMib, memoryMib(pid))), LOOK_MS);
      const startedMs = performance.now();
      const read = await Promise.all(keys.map((key) => download(gateway.partner, key, bytes, readPauseMs)));
      const tookS = (performance.now() - startedMs) / 1_000;
      clearInterval(watch);
      const mibPerSecond = Math.round(read.reduce((sum, each) => sum + each, 0) / 1_048_576 / tookS);
      const moreMib = Math.round(peakMib - beforeMib);
      console.log(
        `  ${keys.length} streams, ${name}: ${moreMib} MiB more memory at the peak, ${mibPerSecond} MiB/s`,
      );
      record({ streams: keys.length, name, moreMib, mibPerSecond });
    }
  },
};

/**
 * Reads an attachment, or the first bytes of it.
 * @param readPauseMs between two chunks
 * @returns how many bytes were read
 */
async function download(origin: string, key: string, bytes: number, readPauseMs = 0): Promise<number> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(origin + ATTACHMENT, { agent: false, headers: { authorization: `Bearer ${key}` } }, resolve)
      .on('error', reject)
      .end();
  });
  if (answer.statusCode !== 200) throw new Error(`an attachment: ${answer.statusCode}`);
  let read = 0;
  for await (const chunk of answer) {
    read += (chunk as Buffer).length;
    if (read >= bytes) break;
    if (readPauseMs > 0) await pause(readPauseMs);
  }
  answer.destroy();
  return read;
}
