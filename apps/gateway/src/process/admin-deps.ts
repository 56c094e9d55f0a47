/** What the admin API gets of the parts that the process has opened. */
import { randomBytes } from 'node:crypto';
import { findingOf } from '@gatehouse/domain/apim/probe';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { sessionEnd } from '@gatehouse/domain/users/session-life';
import { storeProbes } from '../adapters/probes/probe-results.js';
import { createWebhooks } from '../adapters/notices/webhook.js';
import { openEvidenceSource } from '../adapters/evidence/evidence-source.js';
import { createManifestSigner } from '../adapters/evidence/manifest-signer.js';
import { createSecretBox } from '../adapters/kms/secret-box.js';
import { AuditTrail } from '../admin/audit/audit-trail.js';
import type { AdminDeps } from '../admin/deps.module.js';
import { explainPast } from '../admin/explain/explain-past.js';
import type { AskNhs, Clock, Explain } from '../admin/injected.js';
import type { Config } from '../config/config.js';
import { explainFor } from '../data-plane/explain.js';
import { checkLive } from '../data-plane/probe/live-check.js';
import type { Canaries } from '../data-plane/probe/user-check.js';
import { callerAddressBehind } from '../listener/caller-address.js';
import type { Log } from './log.js';
import type { Parts } from './parts.js';
import { systemEvent } from '../adapters/audit/system-event.js';

const DAY_MS = 86_400_000;

export function adminDeps(config: Config, log: Log, parts: Parts, now: Clock): AdminDeps {
  const { auditDatabase: database, sealer, audit, kms } = parts;
  const snapshot = () => parts.registry.current();
  const { environments } = config;
  const webhooks = createWebhooks({ hosts: config.notices.webhookHosts ?? new Set(), now });
  const canaries = { application: parts.canary, cis2: parts.cis2Canary };
  return {
    db: parts.prisma,
    now,
    randomBytes: (length) => randomBytes(length),
    publicUrl: config.publicUrl,
    partnerUrl: config.partnerUrl,
    consoleOrigin: config.consoleOrigin,
    ownerSignInMs: config.tokenSignInDays * DAY_MS,
    userSessionLimits: config.userSessions,
    environments,
    interactions: new Set(CATALOGUE.map(({ interaction }) => interaction)),
    keyService: kms,
    secretBox: createSecretBox(kms, config.auditKmsKey),
    auditTrail: new AuditTrail({ database, sealer, audit, snapshot }),
    explain: auditedExplain(parts, now),
    askNhs: (application, actor) => askNhs(parts, canaries, application, actor),
    explainPast: (story) => explainPast({ database, snapshot, environments, now }, story),
    snapshot,
    userName: (id) => nameWhileLive(parts, id, now()),
    callerAddress: callerAddressBehind(config.tlsTerminatedBy),
    async tokenRejected(address) {
      const reason = 'malformed, unknown, expired or revoked';
      await audit.rejected({ event: 'ADMIN_TOKEN_REJECTED', address, reason });
    },
    webhookFault: (url) => webhooks.fault(url),
    evidence: {
      source: openEvidenceSource(database),
      signer: config.evidenceKmsKey === null ? null : createManifestSigner(kms, config.evidenceKmsKey),
    },
    log,
  };
}

async function askNhs(
  { plane, prisma }: Parts,
  canaries: Canaries,
  application: Parameters<AskNhs>[0],
  actor: ActorFacts,
) {
  const { refusal, isRead, result } = await checkLive(plane, application, actor, canaries);
  const { applicationId } = application;
  await storeProbes(prisma, [{ applicationId, checkedBy: actor.actor, ...result }], plane.clock.now());
  if (refusal === null) return { refusal: isRead ? null : refusalOf(result.code), isRead };
  const { code, publicText: text, whatToDo, whoActs } = refusal;
  return { refusal: { code, text, whatToDo, whoActs }, isRead };
}

/** A fault that NHS England found where nothing was to be read, as of an application for users. */
function refusalOf(code: string | null) {
  if (code === null) return null;
  const { whatIsWrong: text, whatToDo, whoActs } = findingOf(code);
  return { code, text, whatToDo, whoActs };
}

/** The name is erased when the session is ended, which may be a minute after its time is over. */
async function nameWhileLive({ plane }: Parts, id: string, nowMs: number): Promise<string | null> {
  const { userSessions } = plane;
  const session = await userSessions.refresh(id);
  if (session === null || sessionEnd(session, userSessions.limits, nowMs) !== null) return null;
  return userSessions.nameOf(id);
}

/** Decides a request that is not made, and records that somebody had it explained. */
function auditedExplain({ plane, audit }: Parts, now: Clock): Explain {
  return async (request, actor) => {
    const { explanation, facts } = await explainFor(plane, request);
    const code = explanation.refusal?.code ?? null;
    await audit.system(systemEvent('EXPLANATION', now(), { ...facts, ...actor, code }));
    const { steps, refusal } = explanation;
    return {
      ...explanation,
      steps: [...steps],
      refusal: refusal === null ? null : { ...refusal, candidates: [...refusal.candidates] },
    };
  };
}
