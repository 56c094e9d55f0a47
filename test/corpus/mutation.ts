/**
 * Mutations of the corpus (its README, growth): flipped bits, spliced halves, doubled lines, characters written another
 * way. Nobody knows the right answer to these. But what reaches e-RS must be one rendering of one catalogue row,
 * announced to the caller by its attempt id, and Gatehouse must neither crash nor repeat what it was sent.
 */
import { gatewayAnswerFaults, renderingFaults } from './check.ts';
import { type Entry, render } from './entries.ts';
import { below, type Random, randomOf } from './random.ts';
import { converse, headerOf, parseAnswers } from './wire.ts';
import type { UpstreamHit, World } from './world.ts';

const AT_ONCE = 24;
/** Half of the mutations make the gateway wait for bytes that never come, so FIN ends them. */
const FIN_AFTER_MS = 300;

export async function fuzz(
  world: World,
  entries: readonly Entry[],
  count: number,
  seed: number,
): Promise<string[]> {
  const random = randomOf(seed);
  const cases = Array.from({ length: count }, () => mutate(entries, world.placeholder, random));
  const { hit: before } = await world.mark();
  const faults: string[] = [];
  const announced = new Set<string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const { entry, bytes, how } = cases[index] as Mutation;
      const report = (fault: string): void => {
        faults.push(`#${index} ${entry.id} ${how}: ${fault}\n${JSON.stringify(bytes.slice(0, 400))}`);
      };
      // A mutation can end one request and begin another, so the methods are read from the bytes.
      const methodsInBytes = [...bytes.matchAll(/(?:^|\n)([A-Z]+) [^\n]* HTTP\//g)].map(
        ([, method]) => method ?? '',
      );
      const methods = methodsInBytes.length > 0 ? methodsInBytes : [/^\s*(\w+)/.exec(bytes)?.[1] ?? 'GET'];
      const conversation = await converse(world.stack.gateway.partner, bytes, {
        methods,
        halfCloseAfterMs: FIN_AFTER_MS,
        timeoutMs: 12_000,
      });
      const { closed, text } = conversation;
      // Bytes that can't be parsed are no HEAD request: their refusal has a body and closes the connection.
      const asGet = closed ? parseAnswers(Buffer.from(text, 'latin1'), []) : conversation;
      if (conversation.fault !== null && asGet.fault !== null)
        report(`answer is not strict HTTP: ${conversation.fault}`);
      for (const fault of gatewayAnswerFaults({ ...entry, method: methods[0] ?? 'GET' }, conversation))
        report(fault);
      for (const answer of conversation.answers) {
        const attempt = headerOf(answer, 'gatehouse-attempt-id');
        if (attempt !== null) announced.add(attempt);
        if (
          answer.status >= 500 &&
          answer.status !== 505 &&
          headerOf(answer, 'gatehouse-error-source') === 'gateway'
        ) {
          report(`status ${answer.status}`);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const hits = await world.stack.simulator.control<UpstreamHit[]>('GET', `/requests?after=${before}`);
  const hitCounts = new Map<string, number>();
  for (const hit of hits.filter(({ target }) => target === 'ers')) {
    faults.push(...renderingFaults(hit));
    const id = hit.correlationId ?? '';
    hitCounts.set(id, (hitCounts.get(id) ?? 0) + 1);
  }
  for (const [id, times] of hitCounts) if (times !== 1) faults.push(`attempt ${id} went up ${times} times`);
  for (const id of announced)
    if (!hitCounts.has(id)) faults.push(`attempt ${id} is announced and did not go up`);
  const unheard = [...hitCounts.keys()].filter((id) => !announced.has(id)).length;
  // A caller that sends FIN early may miss the answer to a complete request, but that is rare.
  if (unheard > count / 20) faults.push(`${unheard} calls of e-RS whose answer nobody got`);
  if (hitCounts.size === 0) faults.push('no mutation passed: the test shows nothing');
  return faults;
}

interface Mutation {
  readonly entry: Entry;
  readonly bytes: string;
  readonly how: string;
}

function mutate(entries: readonly Entry[], placeholder: World['placeholder'], random: Random): Mutation {
  const pick = (): Entry => entries[below(random, entries.length)] as Entry;
  const entry = pick();
  const bytes = render(entry, placeholder);
  const at = below(random, bytes.length);
  switch (below(random, 5)) {
    case 0: {
      const flipped = String.fromCharCode(bytes.charCodeAt(at) ^ (1 << below(random, 8)));
      return { entry, how: `flip at ${at}`, bytes: bytes.slice(0, at) + flipped + bytes.slice(at + 1) };
    }
    case 1: {
      const other = render(pick(), placeholder);
      return {
        entry,
        how: `splice at ${at}`,
        bytes: bytes.slice(0, at) + other.slice(below(random, other.length)),
      };
    }
    case 2: {
      const lines = bytes.split('\r\n');
      const line = below(random, lines.length);
      lines.splice(below(random, lines.length), 0, lines[line] ?? '');
      return { entry, how: `line ${line} doubled`, bytes: lines.join('\r\n') };
    }
    case 3: {
      const code = bytes.charCodeAt(at);
      const spellings = [
        `%${code.toString(16).padStart(2, '0')}`,
        `%25${code.toString(16).padStart(2, '0')}`,
        `%u00${code.toString(16).padStart(2, '0')}`,
        `\\u00${code.toString(16).padStart(2, '0')}`,
        String.fromCharCode(code | 0x80),
        bytes.charAt(at).toUpperCase() === bytes.charAt(at)
          ? bytes.charAt(at).toLowerCase()
          : bytes.charAt(at).toUpperCase(),
      ];
      const spelling = spellings[below(random, spellings.length)] ?? '';
      return {
        entry,
        how: `other spelling at ${at}`,
        bytes: bytes.slice(0, at) + spelling + bytes.slice(at + 1),
      };
    }
    default: {
      const inserted =
        ['\r', '\n', '\r\n', '\0', ' ', '\t', '_', ';', ',', '\r\n ', '0\r\n\r\n'][below(random, 11)] ?? '';
      return { entry, how: `insertion at ${at}`, bytes: bytes.slice(0, at) + inserted + bytes.slice(at) };
    }
  }
}
