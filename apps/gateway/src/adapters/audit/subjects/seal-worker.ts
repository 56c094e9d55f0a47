/** The worker thread that seals: one job at a time, and the key is wiped after each. */
import type { SealedBulk } from '../write/chain.js';
import { type SealJob, sealInBulk } from './seal.js';

export default function sealInWorker(job: SealJob): SealedBulk | null {
  try {
    return sealInBulk(job);
  } finally {
    // A copy of the key was sent here with the job.
    job.key.index.fill(0);
    job.key.seal.fill(0);
  }
}
