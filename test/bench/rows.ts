/** The rows of the benchmark by name. To add one, write its file in rows/ and its line here. */
import type { Row } from './row.ts';
import { fairness } from './rows/fairness.ts';
import { jobs } from './rows/jobs.ts';
import { latency } from './rows/latency.ts';
import { longTrail } from './rows/long-trail.ts';
import { rate } from './rows/rate/rate.ts';
import { registry } from './rows/registry.ts';
import { rotations } from './rows/rotations.ts';
import { size } from './rows/size.ts';
import { streams } from './rows/streams.ts';
import { throughput } from './rows/throughput.ts';
import { tokens } from './rows/tokens.ts';
import { tracing } from './rows/tracing.ts';
import { twoProcesses } from './rows/two-processes.ts';
import { userSessions } from './rows/user-sessions.ts';
import { users } from './rows/users.ts';

export const ROWS: Readonly<Record<string, Row>> = {
  a: latency,
  b: throughput,
  c: twoProcesses,
  d: tokens,
  e: streams,
  f: registry,
  g: fairness,
  h: longTrail,
  i: users,
  j: userSessions,
  k: jobs,
  l: rate,
  m: rotations,
  n: tracing,
  o: size,
};
