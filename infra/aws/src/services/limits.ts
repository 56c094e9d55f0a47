/**
 * Times that have to fit each other, and those of Gatehouse itself (apps/gateway/src/config/config.ts). The tests of the
 * templates hold the relations; ADR 44 says why they are so.
 */

/** GATEHOUSE_TOTAL_MS: no call to e-RS lasts longer. */
export const LONGEST_CALL_S = 185;
/** ECS takes a task out of its balancer so long before SIGTERM: every call that had begun has ended by then. */
export const DEREGISTRATION_S = 210;
/** Fargate's maximum between SIGTERM and SIGKILL. */
export const STOP_TIMEOUT_S = 120;
/** After SIGTERM: calls that came on an old connection in the meantime have so long. */
export const DRAIN_MS = 110_000;
export const DRAIN_GRACE_MS = 5_000;

/**
 * A balancer must not close a connection on which a request is still running, and Gatehouse must keep an idle one for
 * longer than the balancer does, or a request meets a connection that has just been closed, and is answered with 502.
 */
export const IDLE_S = {
  // Node takes 300 s at most for a request of the admin API, such as a large registry file.
  admin: { longestRequest: 300, balancer: 330, keepAlive: 340 },
  // PUBLIC_REQUEST_MS, and then calls of CIS2.
  public: { longestRequest: 40, balancer: 60, keepAlive: 70 },
  // A network load balancer forgets a connection after this time; it ends none.
  partner: { longestRequest: LONGEST_CALL_S, balancer: 350, keepAlive: 10 },
} as const;
