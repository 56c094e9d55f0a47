/**
 * Times that have to fit each other, and those of Gatehouse itself. The tests of the templates hold the relations; ADR 44
 * says why they are so.
 */
import { LONGEST_CALL_S, WEB_IDLE_S } from '../../../shared/times.ts';

/** ECS takes a task out of its balancer so long before SIGTERM: every call that had begun has ended by then. */
export const DEREGISTRATION_S = 210;
/** Fargate's maximum between SIGTERM and SIGKILL. */
export const STOP_TIMEOUT_S = 120;
/** After SIGTERM: calls that came on an old connection in the meantime have so long. */
export const DRAIN_MS = 110_000;
export const DRAIN_GRACE_MS = 5_000;

export const IDLE_S = {
  ...WEB_IDLE_S,
  // A network load balancer forgets a connection after this time; it ends none.
  partner: { longestRequest: LONGEST_CALL_S, balancer: 350, keepAlive: 10 },
} as const;
