/** The admin API's view of the parts that gateway.ts has opened. */
import { randomBytes, randomUUID } from 'node:crypto';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import type { Database } from '@gatehouse/db/client';
import type { AuditLog } from '../adapters/audit/write/audit-log.js';
import type { KeyService } from '../adapters/kms/key-service.js';
import { createSecretBox, type DataKeys } from '../adapters/kms/secret-box.js';
import type { AuditDesk } from '../admin/audit/audit-desk.js';
import type { AdminDeps } from '../admin/deps.js';
import type { Config } from '../config/config.js';
import type { PlaneDeps } from '../data-plane/deps.js';
import { explainFor } from '../data-plane/explain.js';
import { explainPast, type PastParts } from '../admin/explain/explain-past.js';

export interface AdminParts {
  readonly config: Config;
  readonly prisma: Database;
  readonly audit: AuditLog;
  readonly desk: AuditDesk;
  readonly past: PastParts;
  readonly keyService: KeyService;
  readonly kms: DataKeys;
  readonly plane: PlaneDeps;
  readonly now: () => number;
  readonly log: AdminDeps['log'];
}

export function adminDeps(parts: AdminParts): AdminDeps {
  const { config, now } = parts;
  return {
    db: parts.prisma,
    now,
    randomBytes: (length) => randomBytes(length),
    publicUrl: config.publicUrl,
    consoleOrigin: config.consoleOrigin,
    environments: config.environments,
    interactions: new Set(CATALOGUE.map(({ interaction }) => interaction)),
    keyService: parts.keyService,
    // API secrets serve the refresh of users' tokens, which comes with user-restricted access.
    secretBox: null,
    changeBox: createSecretBox(parts.kms, config.auditKmsKey),
    audit: parts.desk,
    explainPast: (story) => explainPast(parts.past, story),
    log: parts.log,
    async explain(request, actor) {
      const { explanation, facts } = explainFor(parts.plane, request);
      const atMs = now();
      await parts.audit.system({
        kind: 'SYSTEM',
        event: 'EXPLANATION',
        attemptId: randomUUID(),
        startedAtMs: atMs,
        atMs,
        facts: { ...facts, actor, code: explanation.refusal?.code ?? null },
      });
      return { ...explanation };
    },
  };
}
