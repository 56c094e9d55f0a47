/** The replicas in one sentence. */
import { counted } from '../parts/words.js';

interface Replica {
  readonly version: string;
  readonly state: 'well' | 'unwell' | 'silent';
}

/** “3 replicas of Gatehouse 0.2.0 run, and all are well.” */
export function replicasInShort(replicas: readonly Replica[]): string {
  const running = replicas.filter(({ state }) => state !== 'silent');
  const versions = [...new Set(running.map(({ version }) => version))].toSorted();
  const unwell = running.filter(({ state }) => state === 'unwell').length;
  const silent = replicas.length - running.length;
  const first = `${counted(running.length, 'replica')} of Gatehouse ${versions.join(' and ')} ${running.length === 1 ? 'runs' : 'run'}`;
  if (running.length === 0) return `No replica reports itself: ${counted(silent, 'replica')} did before.`;
  if (unwell === 0 && silent === 0)
    return `${first}, and ${running.length === 1 ? 'it is' : 'all are'} well.`;
  const faults = [
    ...(unwell === 0 ? [] : [`${unwell} ${unwell === 1 ? 'is' : 'are'} unwell`]),
    ...(silent === 0 ? [] : [`${silent} ${silent === 1 ? 'has' : 'have'} stopped reporting`]),
  ];
  return `${first}; ${faults.join(', ')}.`;
}
