/** The long proofs and their size in `npm run assure`; test/support/size.ts has the size of the small forms. */
import { DRILLS } from '../drills/drill.ts';

export type Proof = TestProof | DrillProof | ScriptProof;

interface TestProof {
  readonly name: string;
  /** The suite whose vitest configuration runs it. */
  readonly suite: 'unit' | 'integration' | 'e2e' | 'browser';
  readonly file: string;
  /** Part of the names of the tests that run; all of the file by default. */
  readonly only?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** What it covers, for the summary. */
  readonly size: (rounds: number) => string;
}

/** Fails if a drill breaks one of its promises or can't be finished. */
interface DrillProof {
  readonly name: string;
  readonly drills: readonly string[];
  readonly size: () => string;
}

/** A program that fails by its exit code. */
interface ScriptProof {
  readonly name: string;
  readonly script: string;
  readonly size: () => string;
}

const inRounds = (what: string) => (rounds: number) => `${what}, ${String(rounds)} times`;

export const PROOFS: readonly Proof[] = [
  {
    name: 'isolation',
    suite: 'e2e',
    file: 'test/e2e/isolation.spec.ts',
    size: (rounds) => `${String(rounds * 20_000)} requests of 20 organisations in 2 environments`,
  },
  {
    name: 'hostile-input',
    suite: 'integration',
    file: 'test/integration/admin/hostile-input.spec.ts',
    size: () => 'every hostile value in every parameter of every route',
  },
  {
    name: 'permissions',
    suite: 'integration',
    file: 'test/integration/admin/permissions.spec.ts',
    only: 'what each role may do',
    size: () => 'every role on every route',
  },
  ...['postgresql', 'redis'].map((store) => ({
    name: `poison-on-${store}`,
    suite: 'integration' as const,
    file: `test/integration/jobs/on-${store}.spec.ts`,
    only: 'poison harms nobody else',
    size: () => 'a job of 10 MiB among good ones',
  })),
  {
    name: 'user-tokens',
    suite: 'integration',
    file: 'test/integration/users/user-tokens.spec.ts',
    only: 'is sent once by two replicas',
    size: (rounds) =>
      `one refresh token on two replicas, ${String(rounds * 1_000)} times, a third with one killed`,
  },
  {
    name: 'user-isolation',
    suite: 'e2e',
    file: 'test/e2e/users/user-isolation.spec.ts',
    size: (rounds) => `${String(rounds * 20_000)} requests of 30 users at 10 organisations`,
  },
  {
    name: 'kill-points',
    suite: 'e2e',
    file: 'test/e2e/faults/kill-points.spec.ts',
    size: inRounds('SIGKILL at 23 points and twice under load'),
  },
  {
    name: 'rotation',
    suite: 'e2e',
    file: 'test/e2e/rotation.spec.ts',
    size: () =>
      '200 applications rotated by two workers that are killed, under 50 requests a second at two replicas',
  },
  {
    name: 'key-emergency',
    suite: 'e2e',
    file: 'test/e2e/key-emergency.spec.ts',
    size: () => 'last use of a disabled key within 1 s, first token of its standby within 5 s',
  },
  {
    name: 'signing',
    suite: 'e2e',
    file: 'test/e2e/faults/signing.spec.ts',
    size: () => 'KMS throttled until a token has expired, and a clock that is wrong and corrected',
  },
  {
    name: 'drain',
    suite: 'e2e',
    file: 'test/e2e/faults/drain.spec.ts',
    size: inRounds('a replica replaced under load'),
  },
  {
    name: 'store',
    suite: 'e2e',
    file: 'test/e2e/faults/store.spec.ts',
    size: inRounds('PostgreSQL away, crashed, slow, locked, full and cut off'),
  },
  {
    name: 'registry',
    suite: 'e2e',
    file: 'test/e2e/faults/registry.spec.ts',
    size: inRounds('the registry changed under load'),
  },
  {
    name: 'upstream',
    suite: 'e2e',
    file: 'test/e2e/faults/upstream.spec.ts',
    size: inRounds('e-RS broken off at any byte'),
  },
  {
    name: 'memory',
    suite: 'e2e',
    file: 'test/e2e/faults/memory.spec.ts',
    size: inRounds('32 answers of 10 MiB at once with room for 3'),
  },
  {
    name: 'corpus',
    suite: 'e2e',
    file: 'test/e2e/corpus.spec.ts',
    settings: { CORPUS_MUTATIONS: '10000' },
    size: () => 'the hostile corpus with 10,000 mutations',
  },
  {
    name: 'rate-limit',
    suite: 'e2e',
    file: 'test/e2e/rate-limit.spec.ts',
    size: () => 'five minutes of bursts with a slow audit trail, none refused by e-RS',
  },
  {
    name: 'shared-rate',
    suite: 'e2e',
    file: 'test/e2e/shared-rate.spec.ts',
    size: () =>
      'three replicas with a skewed load of one application for two and a half minutes, none refused by e-RS',
  },
  {
    name: 'heavy-requests',
    suite: 'e2e',
    file: 'test/e2e/heavy-requests.spec.ts',
    size: () =>
      'a worklist of 100,000 referrals and a registry file of 50,000 entries, each alone and both at once, delay others by less than 50 ms',
  },
  {
    name: 'flood',
    suite: 'e2e',
    file: 'test/e2e/flood.spec.ts',
    size: () => '10,000 rejections from one address, all of them recorded or counted',
  },
  {
    name: 'large-registry',
    suite: 'integration',
    file: 'test/integration/admin/admin-registry.spec.ts',
    only: 'organisations with 3 applications each',
    size: () => '1,000 organisations with 3 applications each from one file',
  },
  {
    name: 'console-pages',
    suite: 'browser',
    file: 'test/browser/pages.spec.ts',
    size: () => 'axe on every page of the console, on a desktop and on a telephone',
  },
  {
    name: 'rotation-pages',
    suite: 'browser',
    file: 'test/browser/key-rotation.spec.ts',
    size: () => 'axe on each state of a key rotation, on a desktop and on a telephone',
  },
  {
    name: 'silent-callers',
    suite: 'unit',
    file: 'apps/gateway/src/data-plane/listener/partner.server.spec.ts',
    size: () => 'the real limit of 10 s for silent connections',
  },
  {
    name: 'docs-site',
    script: 'tools/docs/site.mjs',
    size: () =>
      'the documentation built as a site: each link leads somewhere, nothing comes from another host',
  },
  {
    name: 'drills',
    drills: DRILLS,
    size: () => `each recovery rehearsed under calls once: ${DRILLS.join(', ')}`,
  },
];
