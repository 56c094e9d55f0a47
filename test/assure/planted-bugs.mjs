// `npm run planted`: plants bugs one by one in a copy of the tree. A test must find each of them.
// `npm run planted -- <file or part of a name>…` plants some of them.
// `--check`, a step of `npm run check`, only looks that each text to replace and each test is there.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PLANE = 'apps/gateway/src/data-plane';
const RATE = 'apps/gateway/src/adapters/rate';
const ADMIN = 'apps/gateway/src/admin';
const PEOPLE = 'apps/gateway/src/adapters/people';
const USERS = 'apps/gateway/src/adapters/users';
const unit = (...specs) => ({ config: 'vitest.config.ts', specs });
const integration = (...specs) => ({ config: 'vitest.integration.config.ts', specs, build: true });
const endToEnd = (...specs) => ({ config: 'vitest.e2e.config.ts', specs, build: true });

/** Each bug has a name, a file, the text that it replaces, and the tests that must find it. */
const BUGS = [
  {
    name: 'the path of a request, with its identifiers, becomes an attribute of its span',
    file: `${PLANE}/trace/spans.ts`,
    find: "'http.route': matched?.operation.path,",
    put: "'http.route': exchange.target,",
    tests: unit('apps/gateway/src/data-plane/trace/spans.spec.ts'),
  },
  {
    name: 'the traceparent of a caller reaches e-RS',
    file: `${PLANE}/attempt/headers.ts`,
    find: "'x-correlation-id': attemptId,",
    put: "'x-correlation-id': attemptId,\n    traceparent: `00-${attemptId.replaceAll('-', '')}-00f067aa0ba902b7-01`,",
    tests: endToEnd('test/e2e/correlation-ids.spec.ts'),
  },
  {
    name: 'a caller has every request traced by its flag',
    file: 'libs/domain/src/tracing/sampling.ts',
    find: 'return count < MOST_FOLLOWED;',
    put: 'return count >= 0;',
    tests: unit('libs/domain/src/tracing/sampling.spec.ts'),
  },
  {
    name: 'of two traceparents, the first is believed',
    file: 'libs/domain/src/tracing/traceparent.ts',
    find: 'first === undefined || values.length > 1 ? null',
    put: 'first === undefined ? null',
    tests: unit('libs/domain/src/tracing/traceparent.spec.ts'),
  },
  {
    name: 'the oldest signature of a key is shown as its last one',
    file: 'apps/gateway/src/adapters/audit/read/last-signatures.ts',
    find: 'ORDER BY started_at DESC',
    put: 'ORDER BY started_at ASC',
    tests: integration('test/integration/admin/key-deletion.spec.ts'),
  },
  {
    name: 'the page of rotations sends everybody who reads of a refused canary to the operator',
    file: 'libs/domain/src/rotation/rotation-failure.ts',
    find: "return refusal?.whoActs ?? 'operator';",
    put: "return refusal === null ? refusal : 'operator';",
    tests: unit('libs/domain/src/rotation/rotation-failure.spec.ts'),
  },
  {
    name: 'a step of a plan writes something else than what was approved',
    file: `${ADMIN}/impact-plans/plan-runs.store.ts`,
    find: 'if (diffHash !== step.hash) throw',
    put: "if (diffHash === '') throw",
    tests: integration('test/integration/admin/impact-plans.spec.ts'),
  },
  {
    name: 'of two people who carry out a plan at once, both do the step',
    file: `${ADMIN}/impact-plans/plan-runs.store.ts`,
    find: 'if (isRecordedDone(recorded, step.id)) return;\n    const change',
    put: 'if (recorded.length < 0) return;\n    const change',
    tests: integration('test/integration/admin/impact-plans.spec.ts'),
  },
  {
    name: 'a plan goes on behind a step that was refused',
    file: 'libs/domain/src/impact/plan-progress.ts',
    find: "(step.closedBy === 'plan' && other.closedBy === 'plan' && place < at)",
    put: "(step.closedBy === 'plan' && other.closedBy === 'person' && place < 0)",
    tests: unit('libs/domain/src/impact/plan-progress.spec.ts'),
  },
  {
    name: 'a plan suspends an organisation before the first day without it',
    file: 'libs/domain/src/impact/plan-progress.ts',
    find: 'step.fromFirstDay && !isFirstDayReached',
    put: 'step.fromFirstDay && isFirstDayReached === null',
    tests: unit('libs/domain/src/impact/plan-progress.spec.ts'),
  },
  {
    name: 'a plan withdraws an SRO for somebody who may not',
    file: `${ADMIN}/impact-plans/plan-requests.store.ts`,
    find: '!mayDo(acting, PERMISSION_FOR[kind])',
    put: '!mayDo(acting, PERMISSION_FOR[kind === kind ? "apply" : kind])',
    tests: integration('test/integration/admin/impact-plans.spec.ts'),
  },
  {
    name: 'what is tried for a plan stays written',
    file: `${ADMIN}/impact-plans/plan-requests.store.ts`,
    find: 'await transaction.$executeRaw`ROLLBACK TO SAVEPOINT impact_plan_trial`;',
    put: '',
    tests: integration('test/integration/admin/impact-plans.spec.ts'),
  },
  {
    name: 'a plan for an event needs no second person',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "return before === null ? { rule: 'a plan for an event'",
    put: "return before !== null ? { rule: 'a plan for an event'",
    tests: unit('libs/domain/src/governance/four-eyes.spec.ts'),
  },
  {
    name: 'the state of the trail calls a chain whole that was cut behind its checkpoint',
    file: 'libs/domain/src/audit/trail-status.ts',
    find: 'isBehind: isBehind.has(chain.writer)',
    put: 'isBehind: false',
    tests: unit('libs/domain/src/audit/trail-status.spec.ts'),
  },
  {
    name: 'the dashboard shows what was found about other organisations',
    file: `${ADMIN}/dashboard/tasks.store.ts`,
    find: 'WHERE ${within}::text[] IS NULL OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${within}::text[])',
    put: 'WHERE ${within}::text[] IS NULL OR true',
    tests: integration('test/integration/audit/dashboard.spec.ts'),
  },
  {
    name: 'a signature of one key excused by a lost answer of another',
    file: 'libs/domain/src/signatures/reconcile.ts',
    find: 'span.key === key &&',
    put: 'span.key !== undefined &&',
    tests: unit('libs/domain/src/signatures/reconcile.spec.ts'),
  },
  {
    name: 'one lost answer excuses any number of signatures',
    file: 'libs/domain/src/signatures/reconcile.ts',
    find: 'left.splice(at, 1);',
    put: '',
    tests: unit('libs/domain/src/signatures/reconcile.spec.ts'),
  },
  {
    name: 'a signature whose record the log can not read is left out in silence',
    file: 'libs/domain/src/signatures/cloudtrail.ts',
    find: 'if (signature === null) return {',
    put: 'if (signature === null) continue;\n    if (signature.eventId === null) return {',
    tests: unit('libs/domain/src/signatures/reconcile.spec.ts'),
  },
  {
    name: 'a signature of KMS whose answer was lost is not noted',
    file: 'apps/gateway/src/adapters/kms/kms.ts',
    find: 'noteLost(requestId === undefined ? attempts : attempts - 1);',
    put: 'noteLost(attempts * 0);',
    tests: integration('test/integration/keys/signatures.spec.ts'),
  },
  {
    name: 'the audit trail does not record what KMS signed',
    file: 'apps/gateway/src/adapters/kms/kms.ts',
    find: 'if (requestId !== undefined) options.onSign',
    put: 'if (requestId === null) options.onSign',
    tests: integration('test/integration/keys/signatures.spec.ts'),
  },
  {
    name: 'a log file is read by each run',
    file: 'apps/gateway/src/jobs/signatures/read-log.ts',
    find: 'files.filter(({ name }) => names.has(name))',
    put: 'files.filter(() => names.size >= 0)',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'a signature without a record is an alarm before a slow process could write it',
    file: 'apps/gateway/src/adapters/signatures/watch-rows.ts',
    find: '...{ excuse: null, alarmedAt: null, at: { lt: new Date(atMs) }, seenAt: { lte: new Date(seenMs) } },',
    put: '...{ excuse: null, alarmedAt: null, at: { lt: new Date(atMs + 1e9) }, seenAt: { lte: new Date(seenMs + 1e9) } },',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'a signature of Gatehouse is matched by its id alone, whatever its key',
    file: 'libs/domain/src/signatures/log-watch.ts',
    find: 'if (keyOfId.get(signature.requestId) === signature.key) {',
    put: 'if (keyOfId.has(signature.requestId)) {',
    tests: unit('libs/domain/src/signatures/log-watch.spec.ts'),
  },
  {
    name: 'a lost answer excuses a signature in each run',
    file: 'apps/gateway/src/jobs/signatures/signature-watch.job.ts',
    find: 'const left = excuses.filter(({ id }) => !used.has(id));',
    put: 'const left = excuses.map((one) => ({ ...one, id: used.has(one.id) ? `${one.id} again` : one.id }));',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'an alarm of signatures is written to the trail by each worker',
    file: 'apps/gateway/src/adapters/signatures/watch-findings.ts',
    find: 'FOR UPDATE SKIP LOCKED`;',
    put: '`;',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'a log file that can not be fetched holds up the others',
    file: 'apps/gateway/src/jobs/signatures/read-log.ts',
    find: 'await readFile(deps, reading, file).catch((error: unknown) => reading.faults.push(errorOf(error)));',
    put: 'await readFile(deps, reading, file);',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'a day of the log is over although a worker was stopped before its last file',
    file: 'apps/gateway/src/jobs/signatures/read-log.ts',
    find: 'if (deps.signal.aborted || reading.left === 0',
    put: 'if (deps.signal.aborted) return true;\n      if (reading.left === 0',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'log files that are missing are not noticed',
    file: 'apps/gateway/src/adapters/audit/read/signatures.ts',
    find: 'AND NOT EXISTS (SELECT FROM logged l WHERE l.id = r.id)',
    put: 'AND NOT EXISTS (SELECT FROM logged l)',
    tests: integration('test/integration/keys/signature-watch.spec.ts'),
  },
  {
    name: 'a newer specification is announced each time somebody records it',
    file: 'libs/domain/src/notices/catalogue-notice.ts',
    find: 'onceKey: `e-RS specification ${version}`',
    put: 'onceKey: null',
    tests: integration('test/integration/admin/catalogue.spec.ts'),
  },
  {
    name: 'a specification that the build has is announced',
    file: 'libs/domain/src/notices/catalogue-notice.ts',
    find: 'if (differences.length === 0) return null;',
    put: '',
    tests: unit('libs/domain/src/notices/catalogue-notice.spec.ts'),
  },
  {
    name: 'a finding is announced by each run of its watch',
    file: 'apps/gateway/src/adapters/upkeep/findings.ts',
    find: 'return row?.isNew === true;',
    put: 'return row !== undefined;',
    tests: integration('test/integration/notices/upkeep.spec.ts'),
  },
  {
    name: 'a finding that two workers see at the same moment is announced by both',
    file: 'apps/gateway/src/adapters/upkeep/findings.ts',
    find: 'RETURNING xmax = 0 AS "isNew"`;',
    put: 'RETURNING seen_at = found_at AS "isNew"`;',
    tests: integration('test/integration/notices/upkeep.spec.ts'),
  },
  {
    name: 'what a watch no longer sees stays found for ever',
    file: 'apps/gateway/src/adapters/upkeep/findings.ts',
    find: 'seenAt: { lt: new Date(nowMs) }',
    put: 'seenAt: { lt: new Date(0) }',
    tests: integration('test/integration/notices/upkeep.spec.ts'),
  },
  {
    name: 'a refused request does not count as use of its client',
    file: 'apps/gateway/src/adapters/audit/read/usage.ts',
    find: "AND kind IN ('INTENT', 'DENIED')",
    put: "AND kind = 'INTENT'",
    tests: integration('test/integration/notices/upkeep.spec.ts'),
  },
  {
    name: 'a new client counts as unused',
    file: 'libs/domain/src/upkeep/unused-clients.ts',
    find: 'use.createdAtMs > sinceMs || ',
    put: '',
    tests: unit('libs/domain/src/upkeep/unused-clients.spec.ts'),
  },
  {
    name: 'failed sign-ins are not compared with what is usual',
    file: 'libs/domain/src/upkeep/refused-sign-ins.ts',
    find: 'Math.max(LEAST, FACTOR * usual)',
    put: 'LEAST',
    tests: unit('libs/domain/src/upkeep/refused-sign-ins.spec.ts'),
  },
  {
    name: 'a notice of failed sign-ins quotes the reason as the trail has it',
    file: 'libs/domain/src/upkeep/refused-sign-ins.ts',
    find: 'Object.hasOwn(CAUSES, reason) ? (CAUSES[reason] ?? OTHER) : OTHER',
    put: '(CAUSES[reason] ?? { ...OTHER, text: reason })',
    tests: unit('libs/domain/src/upkeep/refused-sign-ins.spec.ts'),
  },
  {
    name: 'everybody is notified of the API token of one person',
    file: 'libs/domain/src/notices/token-notices.ts',
    find: 'staffId: owner?.staffId ?? null,',
    put: 'staffId: null,',
    tests: unit('libs/domain/src/notices/token-notices.spec.ts'),
  },
  {
    name: 'the dashboard says that a recorded specification is newer although the build has caught up',
    file: `${ADMIN}/catalogue/catalogue.store.ts`,
    find: ' || comparison.differences.length === 0',
    put: '',
    tests: integration('test/integration/admin/catalogue.spec.ts'),
  },
  {
    name: 'access for applications read from the text of the operation, although the table of access modes differs',
    file: 'libs/domain/src/ers/drift/specification.ts',
    find: 'inTable === null ?',
    put: 'inTable !== null ?',
    tests: unit('libs/domain/src/ers/drift/specification.spec.ts'),
  },
  {
    name: 'a business function that is named outside the list of roles counts as one that may call',
    file: 'libs/domain/src/ers/drift/description.ts',
    find: "line !== '' && !/^[-*|]/.test(line)",
    put: 'false',
    tests: unit('libs/domain/src/ers/drift/specification.spec.ts'),
  },
  {
    name: 'an operation that the file no longer has is not shown as removed',
    file: 'libs/domain/src/ers/drift/compare-catalogue.ts',
    find: 'if (found === undefined) removed.push(builtIn);',
    put: 'if (found === undefined) continue;',
    tests: unit('libs/domain/src/ers/drift/compare-catalogue.spec.ts'),
  },
  {
    name: 'the patch of the catalogue decides that a new operation only reads',
    file: 'apps/cli/src/catalogue/catalogue-row.ts',
    find: "'readOnly: UNDECIDED'",
    put: "'readOnly: true'",
    tests: integration('test/integration/tools/catalogue-compare.spec.ts'),
  },
  {
    name: 'a replaced secret of a webhook ends at once',
    file: 'apps/gateway/src/jobs/send-notices.ts',
    find: 'signing.push(former)',
    put: 'signing.push()',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a replaced secret of a webhook signs for ever',
    file: 'libs/domain/src/notices/webhook-secret.ts',
    find: 'untilMs !== null && nowMs < untilMs',
    put: 'untilMs !== null',
    tests: unit('libs/domain/src/notices/webhook-secret.spec.ts'),
  },
  {
    name: 'a page that polls keeps a session from going idle',
    file: `${PEOPLE}/staff-sessions.ts`,
    find: 'if (isActivity && nowMs',
    put: 'if (nowMs',
    tests: integration('test/integration/admin/own-notices.spec.ts'),
  },
  {
    name: 'a notice read by one person counts as read by all',
    file: `${ADMIN}/notices/own-notices.store.ts`,
    find: 'reads: { none: { staffId } }',
    put: 'reads: { none: { NOT: { staffId } } }',
    tests: integration('test/integration/admin/own-notices.spec.ts'),
  },
  {
    name: 'a notice of an expiry sent once for all its stages',
    file: 'libs/domain/src/notices/expiry-notices.ts',
    find: 'stages.findLast((days)',
    put: 'stages.find((days)',
    tests: unit('libs/domain/src/notices/expiry-notices.spec.ts'),
  },
  {
    name: 'refusals of all clients counted together as the guesses of one',
    file: 'apps/gateway/src/status/guessed-referrals.ts',
    find: 'clients.get(client.id)',
    put: '[...clients.values()][0]',
    tests: unit('apps/gateway/src/status/guessed-referrals.spec.ts'),
  },
  {
    name: 'a referrer that acts as a provider passed by the probe',
    file: 'libs/domain/src/apim/probe.ts',
    find: "return read === 'A035' ? 'ACTS_AS_PROVIDER' : 'FORBIDDEN';",
    put: "return read === 'A035' ? null : 'FORBIDDEN';",
    tests: unit('libs/domain/src/apim/probe.spec.ts'),
  },
  {
    name: 'an application left for six hours because its probe could not be recorded',
    file: 'apps/gateway/src/adapters/probes/probe-results.ts',
    find: 'const lost = new Date(nowMs - CLAIM_MS);',
    put: 'const lost = new Date(nowMs - everyMs - 0 * CLAIM_MS);',
    tests: integration('test/integration/apim/probe-results.spec.ts'),
  },
  {
    name: 'drafts counted among organisations that fail in the same way',
    file: 'apps/gateway/src/adapters/probes/probe-results.ts',
    find: "WHERE a.state = 'live' AND p.code IS NOT NULL AND p.since",
    put: 'WHERE p.code IS NOT NULL AND p.since',
    tests: integration('test/integration/apim/probe-results.spec.ts'),
  },
  {
    name: 'a fault of a draft never announced once it is live',
    file: 'apps/gateway/src/adapters/probes/probe-results.ts',
    find: "state === 'live' && limits.includes(",
    put: "state === 'never' && limits.includes(",
    tests: integration('test/integration/apim/probe-results.spec.ts'),
  },
  {
    name: 'an application ready although NHS England takes it for a provider',
    file: `${ADMIN}/doctor/probe.view.ts`,
    find: 'PASSING.has(probe.finding.code)',
    put: 'probe.finding.code.length > 0',
    tests: unit('apps/gateway/src/admin/doctor/probe.view.spec.ts'),
  },
  {
    name: 'a key that NHS CIS2 does not know passed by the probe',
    file: `${PLANE}/probe/user-check.ts`,
    find: "{ ...asked, code: 'CIS2_KEY' }",
    put: '{ ...asked, code: null }',
    tests: unit('apps/gateway/src/data-plane/probe/user-check.spec.ts'),
  },
  {
    name: 'a refusal of Gatehouse announced as an answer of NHS England',
    file: 'libs/domain/src/apim/probe.ts',
    find: "return has(ERRORS, code) ? 'gatehouse' : 'answer';",
    put: "return has(ERRORS, code) && code === '' ? 'gatehouse' : 'answer';",
    tests: unit('libs/domain/src/apim/probe.spec.ts'),
  },
  {
    name: 'a probe recorded as the call of a client',
    file: `${PLANE}/record.ts`,
    find: 'const caller = exchange.actor === null ? client : null;',
    put: 'const caller = client;',
    tests: endToEnd('test/e2e/probes.spec.ts'),
  },
  {
    name: 'an application taken on by every worker that finds it due',
    file: 'apps/gateway/src/adapters/probes/probe-results.ts',
    find: 'SET claimed_at = EXCLUDED.claimed_at\n       WHERE p.claimed_at <= ${old}',
    put: 'SET claimed_at = EXCLUDED.claimed_at\n       WHERE TRUE',
    tests: integration('test/integration/apim/probe-results.spec.ts'),
  },
  {
    name: 'a policy that activates a key without waiting for the cache of API Management',
    file: 'libs/domain/src/rotation/rotation.ts',
    find: 'const atMs = Math.max(earliestMs, dueMs);',
    put: 'const atMs = Math.max(0 * earliestMs, dueMs, confirmedAtMs);',
    tests: unit('libs/domain/src/rotation/rotation.spec.ts'),
  },
  {
    name: 'a policy that activates a key without a canary',
    file: 'libs/domain/src/rotation/rotation.ts',
    find: "if (!isProven) return { step: 'prove', kid, atMs };",
    put: "if (!isProven) return { step: 'activate', kid, atMs };",
    tests: unit('libs/domain/src/rotation/rotation.spec.ts'),
  },
  {
    name: 'a canary that NHS England refused taken for one that it accepted',
    file: 'apps/gateway/src/jobs/keys/key-rotation-step.job.ts',
    find: 'if (refusal !== null) throw new CanaryRefused(refusal);',
    put: 'void refusal;',
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'a step of a rotation taken without the claim, so a KMS key for each worker',
    file: 'apps/gateway/src/jobs/keys/key-rotation-step.job.ts',
    find: '  if (claim === null) return;',
    put: "  if (claim === null) return run({ ...deps, claim: async () => 'mine' }, ownerId);",
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'a step of a rotation not decided again in its transaction',
    file: 'apps/gateway/src/adapters/keys/rotation-writes.ts',
    find: "if (due?.step !== step || due.kid !== kid) return 'not-due';",
    put: 'void due;',
    also: [["if (!mayActivate(current, kid ?? '', nowMs)) return 'not-due';", 'void mayActivate;']],
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'a step of a rotation taken by a run that has lost its claim',
    file: 'apps/gateway/src/adapters/keys/rotation-writes.ts',
    find: "if (count === 0) return 'claim-lost';",
    put: 'void count;',
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'a review of unrecorded signatures also ends the alarm of those found since',
    file: `${ADMIN}/signatures/signatures.store.ts`,
    find: ' AND alarmed_at <= ${new Date(group.foundMs)}',
    put: '',
    tests: integration('test/integration/admin/unrecorded-signatures.spec.ts'),
  },
  {
    name: 'unrecorded signatures keep their alarm although they were reviewed',
    file: 'apps/gateway/src/adapters/signatures/watch-findings.ts',
    find: ' AND reviewed_at IS NULL',
    put: '',
    tests: integration('test/integration/admin/unrecorded-signatures.spec.ts'),
  },
  {
    name: 'a step of a rotation leaves nothing to record in its transaction',
    file: 'apps/gateway/src/adapters/keys/rotation-writes.ts',
    find: 'await leaveToRecord(',
    put: "if (due.step === 'publish') await leaveToRecord(",
    tests: integration('test/integration/keys/rotation-kills.spec.ts'),
  },
  {
    name: 'a step recorded a second time by the run after one that died, or by one that waited for longer than its claim',
    file: 'apps/gateway/src/adapters/keys/rotation-records.ts',
    find: 'await write(event)',
    put: 'await write({ ...event, attemptId: crypto.randomUUID() })',
    tests: integration(
      'test/integration/keys/rotation-kills.spec.ts',
      'test/integration/keys/key-rotation.spec.ts',
    ),
  },
  {
    name: 'a run fails because another has recorded its step',
    file: 'apps/gateway/src/adapters/keys/rotation-records.ts',
    find: 'if (!isRecordedAlready(error)) throw error;',
    put: 'throw error;',
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'the tag of a KMS key not kept before the key is created',
    file: 'apps/gateway/src/adapters/keys/rotations.ts',
    find: 'where: { ownerId, claim }, data: { creation } });',
    put: 'where: { ownerId, claim }, data: { creation: null } });',
    tests: integration('test/integration/keys/rotation-kills.spec.ts'),
  },
  {
    name: 'a key that is proven waits behind others that are due, until its proof is too old',
    file: 'apps/gateway/src/jobs/keys/key-rotation.job.ts',
    find: "place: step?.step === 'activate' ? 0 : 1",
    put: "place: step?.step === 'activate' ? 1 : 1",
    tests: unit('apps/gateway/src/jobs/keys/key-rotation.job.spec.ts'),
  },
  {
    name: 'a cause that quotes a key or a secret',
    file: 'libs/domain/src/jobs/job-kinds.ts',
    find: "text.replace(ADDRESS, '[address]').replace(SECRET, '[secret]')",
    put: 'text',
    tests: unit('libs/domain/src/jobs/job-kinds.spec.ts'),
  },
  {
    name: 'what an error quotes kept by the queue',
    file: 'apps/gateway/src/jobs/queue/process-job.ts',
    find: 'throw new Error(causeOf(error));',
    put: 'throw (causeOf(error), error);',
    tests: integration('test/integration/jobs/on-postgresql.spec.ts'),
  },
  {
    name: 'the hour of a standby counted from its publication',
    file: 'libs/domain/src/rotation/rotation.ts',
    find: 'activatableAtMs(confirmedAtMs, true)',
    put: 'activatableAtMs(publishedAtMs, true)',
    tests: unit('libs/domain/src/rotation/rotation.spec.ts'),
  },
  {
    name: 'a canary sent before the trail has it',
    file: 'apps/gateway/src/jobs/keys/key-rotation-step.job.ts',
    find: "  await record(deps, rotation, next, { result: 'begun' });",
    put: '',
    tests: unit('apps/gateway/src/jobs/keys/key-rotation-step.job.spec.ts'),
  },
  {
    name: 'rotations held up by those that wait for a person',
    file: 'apps/gateway/src/jobs/keys/key-rotation.job.ts',
    find: 'if (deadOwners.has(ownerId) || claimedUntilMs',
    put: 'if (claimedUntilMs',
    tests: unit('apps/gateway/src/jobs/keys/key-rotation.job.spec.ts'),
  },
  {
    name: 'the state of all signing keys read from KMS in one run',
    file: 'libs/domain/src/rotation/key-state-pace.ts',
    find: 'if (parts <= 1) return keys;',
    put: 'if (parts <= 100) return keys;',
    tests: unit('libs/domain/src/rotation/key-state-pace.spec.ts'),
  },
  {
    name: 'two active keys of one application',
    file: 'prisma/migrations/20261122000000_registry/migration.sql',
    find: "CREATE UNIQUE INDEX signing_key_one_active ON signing_key (application_id) WHERE state = 'ACTIVE';",
    put: "CREATE INDEX signing_key_one_active ON signing_key (application_id) WHERE state = 'ACTIVE';",
    tests: integration('test/integration/keys/key-rotation.spec.ts'),
  },
  {
    name: 'the deletion of a key that is still served',
    file: 'libs/domain/src/rotation/key-deletion.ts',
    find: "  if (isServed) return 'The key is in a JWKS again.';",
    put: '',
    tests: unit('libs/domain/src/rotation/key-deletion.spec.ts'),
  },
  {
    name: 'the deletion of keys without a second person',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "if (before !== null && isSet(after, 'deletion_list')",
    put: "if (before === null && isSet(after, 'deletion_list')",
    tests: integration('test/integration/admin/key-deletion.spec.ts'),
  },
  {
    name: 'a second list of deletions in the same month',
    file: 'libs/domain/src/rotation/key-deletion.ts',
    find: 'newestMonth < month ? month : null',
    put: 'newestMonth <= month ? `${month}` : null',
    tests: unit('libs/domain/src/rotation/key-deletion.spec.ts'),
  },
  {
    name: 'an emergency that waits for KMS',
    file: 'apps/gateway/src/adapters/keys/key-emergencies.ts',
    find: '  const steps = await Promise.allSettled([',
    put: '  await disableInKms(parts, id);\n  const steps = await Promise.allSettled([',
    tests: integration('test/integration/admin/key-emergency.spec.ts'),
  },
  {
    name: 'an emergency that asks KMS before it is recorded',
    file: 'apps/gateway/src/admin/key-emergency/key-disabling.ts',
    find: '    const id = await beginEmergency(',
    put: '    await this.keyService.disableKey(key.kmsKeyArn);\n    const id = await beginEmergency(',
    tests: integration('test/integration/admin/key-emergency.spec.ts'),
  },
  {
    name: 'an emergency that activates a key which API Management may not know',
    file: 'libs/domain/src/rotation/key-emergency.ts',
    find: 'activatableAtMs(sinceMs, true) <= nowMs',
    put: 'activatableAtMs(sinceMs, false) <= nowMs',
    tests: unit('libs/domain/src/rotation/key-emergency.spec.ts'),
  },
  {
    name: 'an assertion that expires too far ahead passed by the linter',
    file: 'libs/domain/src/apim/lint-assertion.ts',
    find: 'const MOST_AHEAD_S = 310;',
    put: 'const MOST_AHEAD_S = 3_100;',
    tests: unit('libs/domain/src/apim/lint-assertion.spec.ts'),
  },
  {
    name: 'the linter looking for the key before the claims, unlike API Management',
    file: 'libs/domain/src/apim/lint-assertion.ts',
    find: "  ['alg', 'ALG_MISSING', ({ header }) => !header['alg']],",
    put: "  ['signature', 'SIGNATURE', isWronglySigned],\n  ['alg', 'ALG_MISSING', ({ header }) => !header['alg']],",
    tests: integration('test/integration/apim/lint-assertion.spec.ts'),
  },
  {
    name: 'the canonical text of a list remembered while its members can still change',
    file: 'libs/domain/src/audit/canonical-json.ts',
    find: 'if (isDeeplyFrozen(value)) textsOfFrozen.set(value, text);',
    put: 'if (isDeeplyFrozen(null)) textsOfFrozen.set(value, text);',
    tests: unit('libs/domain/src/audit/canonical-json.spec.ts'),
  },
  {
    name: 'an NHS number recorded where a text needs no escapes',
    file: 'libs/domain/src/input/nhs-number.ts',
    find: 'text.length < DIGITS ||',
    put: 'text.length <= DIGITS ||',
    tests: unit('libs/domain/src/audit/canonical-json.spec.ts'),
  },
  {
    name: 'a job that failed recorded without compare-and-set, so once for each worker that sees it',
    file: 'apps/gateway/src/adapters/queue/job-records.ts',
    find: "where: { ...request, state: 'waiting' },\n      data: payload",
    put: 'where: { id: request.id },\n      data: payload',
    tests: integration('test/integration/jobs/job-records.spec.ts'),
  },
  {
    name: 'a notice for each run of a schedule that goes on failing',
    file: 'apps/gateway/src/adapters/queue/job-records.ts',
    find: 'if (lasting === null) return false;',
    put: 'if (lasting === null || lasting.id !== queueId) return false;',
    tests: integration('test/integration/jobs/job-records.spec.ts'),
  },
  {
    name: 'a failed job that the audit trail refused, forgotten',
    file: 'apps/gateway/src/adapters/queue/job-records.ts',
    find: '(error: unknown) => failures.push(error),\n    );\n  }',
    put: '(error: unknown) => failures.push(error, recorded.push(id)),\n    );\n  }',
    tests: integration('test/integration/jobs/job-records.spec.ts'),
  },
  {
    name: 'a job that failed retried twice',
    file: 'apps/gateway/src/adapters/queue/job-records.ts',
    find: "where: { id, state: 'failed', payload",
    put: 'where: { id, payload',
    tests: integration('test/integration/jobs/job-records.spec.ts'),
  },
  {
    name: 'a payload queued as it is, with an NHS number',
    file: 'apps/gateway/src/jobs/queue/keep-queue.ts',
    find: 'const payload = background.payload.safeParse(request.payload);',
    put: 'const payload = { success: true, data: request.payload as object };',
    tests: integration('test/integration/jobs/on-postgresql.spec.ts'),
  },
  {
    name: 'an outage of the queue not reported by its workers',
    file: 'apps/gateway/src/adapters/queue/worker-reports.ts',
    find: 'awaySince = away === null ? null : (awaySince ?? seenAt);',
    put: 'awaySince = null;',
    tests: integration('test/integration/admin/jobs.spec.ts'),
  },
  {
    name: 'a notice sent before its cause has committed',
    file: `${ADMIN}/changes/pending-changes.store.ts`,
    find: 'await notify(transaction, requestedNotice(row), nowMs);',
    put: 'await notify(this.db, requestedNotice(row), nowMs);\n      void transaction;',
    tests: integration('test/integration/notices/causes.spec.ts'),
  },
  {
    name: 'a notice sent without a claim, so once by each worker',
    file: 'apps/gateway/src/adapters/notices/deliveries.ts',
    find: 'where: { id, attempts, ...isDue(new Date(nowMs)) },',
    put: 'where: { id, attempts: { gte: attempts } },',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a delivery claimed a second time by a worker that read it after the first claim',
    file: 'apps/gateway/src/adapters/notices/deliveries.ts',
    find: 'where: { id, attempts, ...isDue(new Date(nowMs)) },',
    put: 'where: { id, attempts },',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a notice sent again under an id of its own',
    file: 'apps/gateway/src/jobs/send-notices.ts',
    find: 'return webhooks.send({ id, url',
    put: 'return webhooks.send({ id: `${id}-${Date.now()}`, url',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a place that is away taking the turns of the others',
    file: 'apps/gateway/src/adapters/notices/deliveries.ts',
    find: 'PARTITION BY webhook_id ORDER BY',
    put: 'ORDER BY',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'an email that may take as long as its server talks',
    file: 'apps/gateway/src/adapters/notices/email.ts',
    find: 'new Socket({ signal: limit })',
    put: 'new Socket()',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a digest for each day of a standstill',
    file: 'apps/gateway/src/adapters/notices/deliveries.ts',
    find: 'Map.groupBy(rows, ({ staffId }) => staffId)',
    put: 'Map.groupBy(rows, ({ staffId, dueAt }) => `${staffId} ${dueAt.toISOString()}`)',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a notice sent to a person who has lost the role since',
    file: 'apps/gateway/src/jobs/send-notices.ts',
    find: 'receives(addresseeOf(staff), writtenNotice(notice))',
    put: "receives({ ...addresseeOf(staff), isActive: true, roles: [{ role: 'governance-officer', odsCodes: null }] }, writtenNotice(notice))",
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a delivery that stays under way because its attempt threw',
    file: 'apps/gateway/src/jobs/notices.job.ts',
    find: 'await send(delivery).catch(failed)',
    put: 'await send(delivery)',
    tests: unit('apps/gateway/src/jobs/notices.job.spec.ts'),
  },
  {
    name: 'the path of a webhook recorded, with the secret in it',
    file: `${ADMIN}/notices/webhooks.store.ts`,
    find: 'url: maskedUrl(url), kinds',
    put: 'url, kinds',
    tests: integration('test/integration/admin/notices.spec.ts'),
  },
  {
    name: 'a webhook at a private address called',
    file: 'apps/gateway/src/adapters/notices/webhook.ts',
    find: '!addresses.every(({ address }) => permits(address))',
    put: '!addresses.some(({ address }) => permits(address) || address)',
    tests: integration('test/integration/notices/sending.spec.ts'),
  },
  {
    name: 'a notice about another organisation sent to a limited role',
    file: 'libs/domain/src/notices/recipients.ts',
    find: 'return reach !== null && reaches(reach, notice.odsCodes);',
    put: 'return reach !== null && reaches !== null;',
    tests: unit('libs/domain/src/notices/recipients.spec.ts'),
  },
  {
    name: 'a memoised decision kept past validUntilMs',
    file: 'libs/domain/src/policy/decision-memo.ts',
    find: 'known !== undefined && request.nowMs < known.validUntilMs',
    put: 'known !== undefined',
    tests: unit('libs/domain/src/policy/decision-memo.spec.ts'),
  },
  {
    name: 'a memo key without the choices of the client',
    file: 'libs/domain/src/policy/decision-memo.ts',
    find: 'operation.method, operation.path, odsCode, product, capability]',
    put: 'operation.method, operation.path]',
    tests: unit('libs/domain/src/policy/decision-memo.spec.ts'),
  },
  {
    name: 'a memoised decision kept when the clock goes back',
    file: 'libs/domain/src/policy/decision-memo.ts',
    find: 'snapshot !== this.#snapshot || request.nowMs < this.#latestMs',
    put: 'snapshot !== this.#snapshot',
    tests: unit('libs/domain/src/policy/decision-memo.spec.ts'),
  },
  {
    name: 'a memoised decision kept in another snapshot',
    file: 'libs/domain/src/policy/decision-memo.ts',
    find: 'if (snapshot !== this.#snapshot || ',
    put: 'if (',
    tests: unit('libs/domain/src/policy/decision-memo.spec.ts'),
  },
  {
    name: 'a decision that stands past midnight',
    file: 'libs/domain/src/policy/decide.ts',
    find: '[endOfLondonDayMs(londonDay(nowMs)), ...ofOwners,',
    put: '[Infinity, ...ofOwners,',
    tests: unit('libs/domain/src/policy/policy.spec.ts'),
  },
  {
    name: 'a call sent although its decision lapsed during the commit of INTENT',
    file: 'apps/gateway/src/data-plane/attempt/run-attempt.ts',
    find: '(isNewer || isOver || userSession',
    put: '(isNewer || userSession',
    tests: unit('apps/gateway/src/data-plane/call-upstream.spec.ts'),
  },
  {
    name: 'the signature of an ID token not checked',
    file: `${USERS}/id-tokens.ts`,
    find: 'await compactVerify(token, await keysOf(issuer), { algorithms: [...CIS2_ALGORITHMS] });',
    put: 'void compactVerify; await keysOf(issuer);',
    tests: integration('test/integration/users/id-tokens.spec.ts'),
  },
  {
    name: 'an ID token for another client accepted',
    file: 'libs/domain/src/users/id-token.ts',
    find: "aud: isAudience(payload['aud'], expected.clientId),",
    put: 'aud: true,',
    tests: unit('libs/domain/src/users/id-token.spec.ts'),
  },
  {
    name: 'the nonce of an ID token not compared',
    file: 'libs/domain/src/users/id-token.ts',
    find: "nonce: expected.nonce === null || payload['nonce'] === expected.nonce,",
    put: 'nonce: true,',
    tests: unit('libs/domain/src/users/id-token.spec.ts'),
  },
  {
    name: 'a session of combined authentication acting for every granted organisation',
    file: 'libs/domain/src/policy/user-decision.ts',
    find: 'odsCode: onlyOdsCode, product }',
    put: "odsCode: onlyOdsCode === '' ? onlyOdsCode : null, product }",
    tests: unit('libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the level of combined authentication taken for granted',
    file: 'libs/domain/src/users/combined-user.ts',
    find: 'authenticationAssurance: minimumLevel,',
    put: 'authenticationAssurance: minimumLevel === 2 ? 3 : minimumLevel,',
    tests: unit('libs/domain/src/users/combined-user.spec.ts'),
  },
  {
    name: 'a sign-in finished at the callback of the other pattern',
    file: 'apps/gateway/src/auth/users/user.guards.ts',
    find: "if (login?.pattern !== this.pattern) throw new UserSignInRefused('state');",
    put: "if (login === null) throw new UserSignInRefused('state');",
    tests: endToEnd('test/e2e/users/combined-sign-in.spec.ts'),
  },
  {
    name: 'a session of combined authentication living on after its tokens were refused',
    file: `${USERS}/tokens/user-token-requests.ts`,
    find: "if (turn.state.pattern !== 'combined' || answer.fault !== 'sign-in') throw refusal;",
    put: "if (refusal.message !== '') throw refusal;",
    tests: endToEnd('test/e2e/users/combined-sign-in.spec.ts'),
  },
  {
    name: 'the at_hash of an ID token not compared',
    file: 'libs/domain/src/users/id-token.ts',
    find: "at_hash: isHashOfAccessToken(payload['at_hash'], expected.accessTokenHash),",
    put: 'at_hash: true,',
    tests: unit('libs/domain/src/users/id-token.spec.ts'),
  },
  {
    name: 'a code of a login not bound to its verifier',
    file: `${USERS}/user-logins.ts`,
    find: 'expected.length === actual.length && timingSafeEqual(expected, actual)',
    put: 'expected.length === actual.length || timingSafeEqual(expected, actual)',
    tests: integration('test/integration/users/user-logins.spec.ts'),
  },
  {
    name: 'a code of a login not bound to its client',
    file: `${USERS}/user-logins.ts`,
    find: 'row.clientId === clientId && ',
    put: "clientId !== '' && ",
    tests: integration('test/integration/users/user-logins.spec.ts'),
  },
  {
    name: 'a ticket that opens a login for two browsers at once',
    file: `${USERS}/user-logins.ts`,
    find: 'where: { id: row.id, openedAt: null },',
    put: 'where: { id: row.id },',
    tests: integration('test/integration/users/user-logins.spec.ts'),
  },
  {
    name: 'an ID token that two clients may bring',
    file: `${USERS}/used-tokens.ts`,
    find: 'return owner?.clientId === clientId;',
    put: 'return owner !== null;',
    tests: integration('test/integration/users/id-tokens.spec.ts'),
  },
  {
    name: 'a logout at CIS2 ignored',
    file: `${USERS}/back-channel-logout.ts`,
    find: 'return endSessions(transaction, ids, BY_LOGOUT, nowMs);',
    put: 'return endSessions(transaction, ids.slice(0, 0), BY_LOGOUT, nowMs);',
    tests: endToEnd('test/e2e/user-sign-in.spec.ts'),
  },
  {
    name: 'the end of a user session recorded by two workers',
    file: `${USERS}/record-ends.ts`,
    find: ' FOR UPDATE SKIP LOCKED',
    put: '',
    tests: integration('test/integration/admin/user-session-ends.spec.ts'),
  },
  {
    name: 'the end of a user session whose process died never recorded',
    file: 'apps/gateway/src/jobs/user-session-ends.job.ts',
    find: 'while ((await records.recordMissing()) > 0);',
    put: 'await Promise.resolve(records);',
    tests: integration('test/integration/admin/user-session-ends.spec.ts'),
  },
  {
    name: 'an ID token that reopens a session that has ended',
    file: `${USERS}/used-tokens.ts`,
    find: "return ended === null ? null : 'session_ended';",
    put: "return ended === undefined ? 'session_ended' : null;",
    tests: endToEnd('test/e2e/users/user-sessions.spec.ts'),
  },
  {
    name: 'two active keys of one CIS2 client',
    file: 'prisma/migrations/20261128122000_cis2_client_keys/migration.sql',
    find: "CREATE UNIQUE INDEX signing_key_one_active_cis2 ON signing_key (cis2_client_id) WHERE state = 'ACTIVE';",
    put: '',
    tests: integration('test/integration/registry/registry-constraints.spec.ts'),
  },
  {
    name: 'the key of a CIS2 client changed by one person',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "return before !== null && before['state'] !== after?.['state'] &&",
    put: "return (after?.['cis2_client_id'] ?? null) === null && before !== null && before['state'] !== after?.['state'] &&",
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'sessions of users shown beyond the organisations of a role',
    file: `${ADMIN}/user-sessions/user-sessions.store.ts`,
    find: '          within(reach),\n          ...(organisation',
    put: "          reach === 'all' ? within(reach) : {},\n          ...(organisation",
    tests: integration('test/integration/admin/user-sessions.spec.ts'),
  },
  {
    name: 'a session of another organisation ended',
    file: `${ADMIN}/user-sessions/user-sessions.store.ts`,
    find: 'if (row === null || !reaches(reach, organisationsOf(row)))',
    put: "if (row === null || (reach === 'all' && !reaches(reach, organisationsOf(row))))",
    tests: integration('test/integration/admin/user-sessions.spec.ts'),
  },
  {
    name: 'a trail that takes no rows called available',
    file: 'apps/gateway/src/adapters/audit/write/audit-log.ts',
    find: ' && !chain.takesNoRows',
    put: '',
    tests: integration('test/integration/audit/audit-faults.spec.ts'),
  },
  {
    name: 'a paused process that ends without answering',
    file: 'apps/gateway/src/main.ts',
    find: 'void gateway.giveUp().finally(() => process.exit(1));',
    put: 'process.exit(1);',
    tests: endToEnd('test/e2e/faults/paused.spec.ts'),
  },
  {
    name: 'tokens cached by environment instead of by binding',
    file: 'apps/gateway/src/adapters/nhs/apim-token.ts',
    find: 'entries.get(plan.identity);\n    if (entry === undefined) {',
    put: 'entries.get(plan.binding.application.environment);\n    if (entry === undefined) {',
    also: [['entries.set(plan.identity, entry)', 'entries.set(plan.binding.application.environment, entry)']],
    tests: unit('apps/gateway/src/adapters/nhs/apim-token.spec.ts'),
  },
  {
    name: 'a binding closed by a token that was older than the rejection',
    file: 'apps/gateway/src/adapters/nhs/token-failure.ts',
    find: 'if (requestedAtMs <= remembered.rejectedAtMs) return true;',
    put: '',
    tests: unit('apps/gateway/src/adapters/nhs/apim-token.spec.ts'),
  },
  {
    name: 'a user’s token cached without its session',
    file: 'apps/gateway/src/adapters/users/tokens/user-tokens.ts',
    find: 'entries.of(environment, sessionOf(plan), id)',
    put: "entries.of(environment, 'any', id)",
    tests: integration('test/integration/users/user-tokens.spec.ts'),
  },
  {
    name: 'a refresh token spent twice',
    file: 'apps/gateway/src/adapters/users/tokens/token-rows.ts',
    find: 'AND spending_since IS NULL AND refresh_sealed IS NOT NULL',
    put: 'AND refresh_sealed IS NOT NULL',
    tests: integration('test/integration/users/user-tokens.spec.ts'),
  },
  {
    name: 'a refresh token tried again after its replica died',
    file: 'libs/domain/src/users/token-step.ts',
    find: 'if (spendingForMs === null && lives(refreshExpiresAtMs, nowMs))',
    put: 'if (lives(refreshExpiresAtMs, nowMs))',
    tests: unit('libs/domain/src/users/token-step.spec.ts'),
  },
  {
    name: 'a refresh tried after the twelve hours',
    file: 'libs/domain/src/users/token-step.ts',
    find: 'Math.min(issuedAtMs + lifeS * 1000, authenticatedAtMs + REFRESH_PERIOD_MS)',
    put: 'Math.max(issuedAtMs + lifeS * 1000, authenticatedAtMs + REFRESH_PERIOD_MS)',
    tests: integration('test/integration/users/user-tokens.spec.ts'),
  },
  {
    name: 'the place of a sealed token ignored',
    file: 'apps/gateway/src/adapters/users/token-box.ts',
    find: 'return JSON.stringify([environment, ownerId, applicationId, kind, generation]);',
    put: 'return JSON.stringify([environment === ownerId, applicationId === kind, generation < 0]);',
    tests: integration(
      'test/integration/users/user-tokens.spec.ts',
      'test/integration/users/token-box.spec.ts',
    ),
  },
  {
    name: 'a user header sent to an interaction that does not take it',
    file: 'libs/domain/src/ers/user-headers.ts',
    find: 'onBehalfOf ? user.onBehalfOfUserId : null',
    put: 'user.onBehalfOfUserId',
    tests: unit('libs/domain/src/ers/user-headers.spec.ts'),
  },
  {
    name: 'a function accepted that may not perform the interaction',
    file: 'libs/domain/src/policy/business-function.ts',
    find: "return new GatewayError('GW_BUSINESS_FUNCTION', { candidates: businessFunctions });",
    put: 'return null;',
    tests: unit('libs/domain/src/policy/policy.spec.ts'),
  },
  {
    name: 'a token that outlives the one it was created with',
    file: 'libs/domain/src/governance/admin-token-life.ts',
    find: 'return parent === null ? requestedMs : Math.min(requestedMs, parent.expiresAtMs);',
    put: 'return parent === null ? requestedMs : Math.max(requestedMs, 0);',
    tests: unit('libs/domain/src/governance/admin-token-life.spec.ts'),
  },
  {
    name: 'children of a revoked token that work on',
    file: `${ADMIN}/tokens/tokens.store.ts`,
    find: 'SELECT child.id FROM admin_token child JOIN family ON child.parent_id = family.id',
    put: 'SELECT child.id FROM admin_token child JOIN family ON child.parent_id = family.id WHERE false',
    tests: integration('test/integration/admin/tokens.spec.ts'),
  },
  {
    name: 'an impact shows the applications of one environment alone',
    file: 'libs/domain/src/impact/blast-radius.ts',
    find: "application.state !== 'retired' && isHit(",
    put: "application.state !== 'retired' && application.environment === 'int' && isHit(",
    tests: unit('libs/domain/src/impact/impact.spec.ts'),
  },
  {
    name: 'an event is simulated on the registry as it is, and refuses nothing',
    file: `${ADMIN}/impact/impact.ts`,
    find: 'after: snapshotAfter(snapshot, event, { nowMs, standbyKid })',
    put: 'after: snapshotAfter(snapshot, event, { nowMs, standbyKid }) && snapshot',
    tests: integration('test/integration/admin/impact.spec.ts'),
  },
  {
    name: 'a step of a plan is ready although an earlier one is not done',
    file: 'libs/domain/src/impact/ordered-plan.ts',
    find: 'return earlier?.isDone === false ?',
    put: 'return earlier?.isDone === null ?',
    tests: unit('libs/domain/src/impact/impact.spec.ts'),
  },
  {
    name: 'an impact names the applications that also serve organisations beyond the caller’s role',
    file: 'libs/domain/src/impact/blast-radius.ts',
    find: 'applications.filter(({ serves }) => reaches(reach, serves))',
    put: 'applications.filter(() => true)',
    tests: unit('libs/domain/src/impact/impact.spec.ts'),
  },
  {
    name: 'the retirement of an organisation runs without approval',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "if (after['state'] === 'retired')",
    put: "if (after['state'] === 'retired!')",
    tests: integration('test/integration/admin/impact.spec.ts'),
  },
  {
    name: 'a personal token of somebody who has left',
    file: 'libs/domain/src/governance/admin-token-life.ts',
    find: "if (signInEndMs <= nowMs) return { state: 'sign-in needed', ...bySignIn };",
    put: '',
    tests: unit('libs/domain/src/governance/admin-token-life.spec.ts'),
  },
  {
    name: 'an answer passed on that was cut off',
    file: `${PLANE}/attempt/forward.ts`,
    find: '!isWholeJson(text)) throw',
    put: '!isWholeJson(text) && length < 0) throw',
    tests: endToEnd('test/e2e/interim-answers.spec.ts'),
  },
  {
    name: 'an ID token accepted whose nonce was not compared',
    file: `${PEOPLE}/openid/openid-provider.ts`,
    find: 'expectedNonce: nonce,',
    put: '',
    tests: unit(`${PEOPLE}/openid/openid-provider.spec.ts`),
  },
  {
    name: 'an ID token accepted that names another authorized party',
    file: `${PEOPLE}/openid/id-token.ts`,
    find: 'if (claims.azp !== undefined && claims.azp !== party.clientId)',
    put: "if (claims.azp === '')",
    tests: unit(`${PEOPLE}/openid/openid-provider.spec.ts`),
  },
  {
    name: 'the signature of an ID token not verified',
    file: `${PEOPLE}/openid/openid-provider.ts`,
    find: '  enableNonRepudiationChecks(config);',
    put: '',
    tests: unit(`${PEOPLE}/openid/openid-provider.spec.ts`),
  },
  {
    name: 'the state of a sign-in accepted twice',
    file: `${PEOPLE}/pending-sign-ins.ts`,
    find: 'return count === 1;',
    put: 'return count <= 1;',
    tests: integration(
      'test/integration/sign-in/pending-sign-ins.spec.ts',
      'test/integration/sign-in/sign-in.spec.ts',
    ),
  },
  {
    name: 'an issuer accepted that differs by a slash',
    file: `${PEOPLE}/openid/openid-provider.ts`,
    find: 'if (metadata.issuer !== party.issuer)',
    put: "if (metadata.issuer.replace(/\\/$/, '') !== party.issuer.replace(/\\/$/, ''))",
    tests: unit(`${PEOPLE}/openid/openid-provider.spec.ts`),
  },
  {
    name: 'a live application retired by one person',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "if (after['state'] === 'retired')",
    put: "if (after['state'] === 'never')",
    tests: unit('libs/domain/src/governance/four-eyes.spec.ts'),
  },
  {
    name: 'http endpoints of an https issuer',
    file: `${PEOPLE}/openid/openid-provider.ts`,
    find: 'if (isSecure && plain.length > 0)',
    put: 'if (isSecure && plain.length > 3)',
    tests: unit(`${PEOPLE}/openid/openid-provider.spec.ts`),
  },
  {
    name: 'the environments file asked for four eyes at every start',
    file: `${ADMIN}/environments/first-start.store.ts`,
    find: 'updateMany({ where: { name, fourEyes: null }, data',
    put: 'updateMany({ where: { name }, data',
    also: [['recorded.has(name)', "recorded.has(name) && name === ''"]],
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'two people switched off by one',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "before !== null && before['four_eyes'] !== after?.['four_eyes']",
    put: "before !== null && before['four_eyes'] === after?.['four_eyes']",
    tests: unit('libs/domain/src/governance/four-eyes.spec.ts'),
  },
  {
    name: 'an approval by a token',
    file: 'libs/domain/src/governance/permissions.ts',
    find: "'change.decide': { roles: ['platform-engineer', 'governance-officer'], scopes: [] },",
    put: "'change.decide': { roles: ['platform-engineer', 'governance-officer'], scopes: ['governance'] },",
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'INTENT skipped',
    file: `${PLANE}/attempt/record-attempt.ts`,
    find: 'const committed = await deps.audit.intent(event, subjects, exchange.userSession ?? undefined);',
    put: "const committed = { registryVersion: [event, subjects].length - 2, userSession: 'same' } as const;",
    tests: endToEnd('test/e2e/first-way.spec.ts'),
  },
  {
    name: 'the first of duplicate headers taken',
    file: 'libs/domain/src/input/request-headers.ts',
    find: "if (single.has(name) && isConsumed(name)) throw new GatewayError('GW_HEADER_DUPLICATE');",
    put: 'if (single.has(name) && isConsumed(name)) continue;',
    tests: unit('libs/domain/src/input/input.spec.ts'),
  },
  {
    name: 'reads told by their HTTP method',
    file: 'libs/domain/src/policy/decide.ts',
    find: '!request.operation.readOnly',
    put: "request.operation.method !== 'GET' && request.operation.method !== 'HEAD'",
    tests: unit('libs/domain/src/policy/policy.spec.ts'),
  },
  {
    name: 'the floor of another organisation',
    file: 'libs/domain/src/policy/user-decision.ts',
    find: 'return organisation.assuranceFloor ?? snapshot.assuranceFloor ?? DEFAULT_FLOOR;',
    put: 'return snapshot.assuranceFloor ?? organisation.assuranceFloor ?? DEFAULT_FLOOR;',
    tests: unit('libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the assurance of a user looked at when they sign in alone',
    file: 'libs/domain/src/policy/user-decision.ts',
    find: 'session.authenticationLevel < assuranceFloorOf(snapshot, organisation)',
    put: 'session.authenticationLevel < Math.min(2, assuranceFloorOf(snapshot, organisation))',
    tests: unit('libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the assurance that a login requires taken for what the user reached',
    file: `${USERS}/user-logins.ts`,
    find: 'row.authenticationLevel as AssuranceLevel',
    put: 'row.minimumLevel as AssuranceLevel',
    tests: integration('test/integration/users/user-logins.spec.ts'),
  },
  {
    name: 'the handle not bound to its client',
    file: 'libs/domain/src/policy/user-decision.ts',
    find: 'userSession.clientId === client.id && ',
    put: '',
    tests: unit('libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the end of a session not asked at INTENT',
    file: `${PLANE}/attempt/run-attempt.ts`,
    find: "if (userSession !== 'same') await readSessionAgain(call, userSession);",
    put: '',
    tests: unit(`${PLANE}/call-upstream.spec.ts`),
  },
  {
    name: 'the session that the INTENT statement calls ended taken for the same',
    file: 'apps/gateway/src/adapters/audit/write/store.ts',
    find: 'WHERE id = ANY ($10::uuid[]) AND ended_at IS NULL)',
    put: 'WHERE id = ANY ($10::uuid[]))',
    tests: integration('test/integration/users/session-at-intent.spec.ts'),
  },
  {
    name: 'a token used without its session',
    file: `${PLANE}/attempt/prepare-attempt.ts`,
    find: 'token.sessionId !== (plan.user?.sessionId ?? null)',
    put: "token.sessionId === ''",
    tests: unit(`${PLANE}/call-upstream.spec.ts`),
  },
  {
    name: 'the caller’s function sent in place of the one that was decided',
    file: `${PLANE}/attempt/headers.ts`,
    find: '{ ...user, ...rolesIn(decided) }',
    put: '{ ...rolesIn(decided), ...user }',
    tests: unit(`${PLANE}/attempt/headers.spec.ts`),
  },
  {
    name: 'on-behalf-of forwarded for another function',
    file: 'libs/domain/src/policy/user-decision.ts',
    find: 'choice.businessFunction === role.businessFunction',
    put: 'role !== null',
    tests: unit('libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the role taken from the caller’s header',
    file: 'libs/domain/src/users/choose-role.ts',
    find: '(named === null || businessFunction === named),',
    put: 'true,',
    tests: unit('libs/domain/src/users/choose-role.spec.ts', 'libs/domain/src/policy/user-decision.spec.ts'),
  },
  {
    name: 'the same jti for every attempt',
    file: 'apps/gateway/src/adapters/nhs/signed-token-request.ts',
    find: 'jti: randomUUID(),',
    put: "jti: randomUUID().replace(/./g, '0'),",
    tests: unit('apps/gateway/src/adapters/nhs/apim-token.spec.ts'),
  },
  {
    name: 'the raw path forwarded',
    file: `${PLANE}/admit.ts`,
    find: 'path: renderPath(matched) + renderQuery(operation, query),',
    put: 'path: renderPath(matched).length + renderQuery(operation, query).length > 0 ? exchange.target : "",',
    tests: endToEnd('test/e2e/first-way.spec.ts'),
  },
  {
    name: 'a redirect followed',
    file: 'apps/gateway/src/adapters/nhs/http-call.ts',
    find: 'if (outgoing.destroyed) return;',
    put: `if (incoming.headers.location !== undefined) {
          const origin = new URL(incoming.headers.location);
          resolve(sendHttp({ ...call, origin, agent: openAgent(origin, {}), path: origin.pathname }));
          return;
        }`,
    tests: endToEnd('test/e2e/first-way.spec.ts'),
  },
  {
    name: 'a TLS error after the handshake recorded as NOT_SENT',
    file: 'apps/gateway/src/adapters/nhs/http-fault.ts',
    find: "if (!isConnected) return TLS_FAULT.test(code) ? 'tls' : 'not-sent';",
    put: "if (TLS_FAULT.test(code)) return 'tls';\n  if (!isConnected) return 'not-sent';",
    tests: unit('apps/gateway/src/adapters/nhs/upstream.spec.ts'),
  },
  {
    name: 'a call on a used connection recorded as NOT_SENT',
    file: 'apps/gateway/src/adapters/nhs/http-call.ts',
    find: 'if (isTls ? socket.authorized : !socket.connecting) callback();',
    put: 'if (isTls && socket.connecting) callback();',
    tests: unit('apps/gateway/src/adapters/nhs/upstream.spec.ts'),
  },
  {
    name: 'a connection that was cut taken for the end of an answer',
    file: 'apps/gateway/src/adapters/outbound/tls-agent.ts',
    find: 'return !(socket instanceof TLSSocket) || closedByHost.has(socket);',
    put: 'return closedByHost.has(socket) || socket instanceof Socket;',
    tests: unit('apps/gateway/src/adapters/nhs/upstream.spec.ts'),
  },
  {
    name: 'an interim answer taken for the answer',
    file: 'apps/gateway/src/adapters/nhs/http-call.ts',
    find: 'if (interimAnswers > MAX_INTERIM_ANSWERS)',
    put: 'if (interimAnswers > 0 * MAX_INTERIM_ANSWERS)',
    tests: unit('apps/gateway/src/adapters/nhs/upstream.spec.ts'),
  },
  {
    name: 'a write tried again',
    file: `${PLANE}/attempt/retry.ts`,
    find: 'if (!readOnly) return null;',
    put: "if (!readOnly && reason === 'token rejected') return null;",
    tests: endToEnd('test/e2e/first-way.spec.ts'),
  },
  {
    name: 'an answer released before its OUTCOME is committed',
    file: `${PLANE}/call-upstream.ts`,
    find: 'await record.settle(result, pauseMs !== null);',
    put: 'record.settle(result, pauseMs !== null).catch(() => undefined);',
    tests: unit('apps/gateway/src/data-plane/call-upstream.spec.ts'),
  },
  {
    name: 'a call sent although the registry changed after its decision',
    file: `${PLANE}/attempt/run-attempt.ts`,
    find: "if ((isNewer || isOver || userSession !== 'same') && !isSameIdentity(call, route)) return false;",
    put: 'isSameIdentity(call, route);',
    tests: unit('apps/gateway/src/data-plane/call-upstream.spec.ts'),
  },
  {
    name: 'a request served behind one whose framing is unclear',
    file: `${PLANE}/listener/connection.ts`,
    find: '&& !this.socket.writableEnded && !this.closing',
    put: '&& !this.socket.writableEnded',
    tests: unit('apps/gateway/src/data-plane/listener/connection.spec.ts'),
  },
  {
    name: 'KMS given a digest, which emulators hash again',
    file: 'apps/gateway/src/adapters/kms/kms.ts',
    find: "MessageType: 'RAW'",
    put: "MessageType: 'DIGEST'",
    tests: unit('apps/gateway/src/adapters/kms/kms.spec.ts'),
  },
  {
    name: 'ten digits of a correlation id recorded as they are',
    file: 'libs/domain/src/input/correlation-id.ts',
    find: 'ofMachine === undefined ?',
    put: "ofMachine === '' ?",
    tests: unit('libs/domain/src/input/correlation-id.spec.ts'),
  },
  {
    name: 'a correlation id of ten digits refused by chance',
    file: 'libs/domain/src/input/correlation-id.ts',
    find: 'if (TEN_DIGITS.test(id))',
    put: 'if (TEN_DIGITS.test(id) && Number(id) % 11 === 0)',
    tests: unit('libs/domain/src/input/correlation-id.spec.ts'),
  },
  {
    name: 'a request sent although its application was suspended while it waited',
    file: `${PLANE}/attempt/run-attempt.ts`,
    find: 'if (!hasWaited && waitedMs <= NO_WAIT_MS) return true;',
    put: 'if (waitedMs <= NO_WAIT_MS || waitedMs > 0) return true;',
    tests: endToEnd('test/e2e/rate-limit.spec.ts'),
  },
  {
    name: 'requests that waited together leave together',
    file: `${RATE}/departure-queue.ts`,
    find: 'if (nowMs >= fromMs) return this.#leave(slot, nowMs, limit);',
    put: 'while (this.#ready.length > 0) this.#leave(slot, nowMs, limit);\n    if (nowMs >= 0) return;',
    tests: unit('apps/gateway/src/adapters/rate/rate-limiter.spec.ts'),
  },
  {
    name: 'a client’s share of the rate that changes nothing',
    file: 'libs/domain/src/policy/departure-order.ts',
    find: '[clientId, clientWeight]',
    put: '[clientId, clientWeight > 0 ? 1 : 1]',
    tests: unit('libs/domain/src/policy/departure-order.spec.ts'),
  },
  {
    name: 'a block of the log that swallows an error',
    file: 'apps/gateway/src/process/log.ts',
    find: 'this.lastLevel >= AT_ONCE || ',
    put: '',
    tests: unit('apps/gateway/src/process/log.spec.ts'),
  },
  {
    name: 'a lost lease that ends no running call',
    file: `${PLANE}/running-calls.ts`,
    find: 'this.#abort([...this.#calls.keys()], leaseLost.reason);',
    put: '',
    tests: unit('apps/gateway/src/data-plane/running-calls.spec.ts'),
  },
  {
    name: 'a call that outlives its time',
    file: `${PLANE}/running-calls.ts`,
    find: 'this.#abort(late, overTime());',
    put: 'void late;',
    tests: unit('apps/gateway/src/data-plane/running-calls.spec.ts'),
  },
  {
    name: 'a token request sent before its turn',
    file: 'apps/gateway/src/adapters/nhs/token-transport.ts',
    find: 'departure === null\n            ? null',
    put: 'departure !== undefined\n            ? null',
    tests: unit('apps/gateway/src/adapters/nhs/token-transport.spec.ts'),
  },
  {
    name: 'a token request that had no turn taken for sent',
    file: 'apps/gateway/src/adapters/nhs/token-transport.ts',
    find: 'const wasSent = mayHaveLeft && ',
    put: 'const wasSent = ',
    tests: unit('apps/gateway/src/adapters/nhs/token-transport.spec.ts'),
  },
  {
    name: 'a small quota not held for its interval',
    file: 'libs/domain/src/policy/rate-sharing.ts',
    find: 'changedMs + HOLD_MS + intervalMs',
    put: 'changedMs + HOLD_MS',
    tests: unit('libs/domain/src/policy/rate-sharing.spec.ts'),
  },
  {
    name: 'what is left of a rate said although the replicas divide it',
    file: `${RATE}/calls-in-minute.ts`,
    find: 'row.isDivided ? null',
    put: 'row.isDivided === null ? null',
    tests: integration('test/integration/admin/editing.spec.ts'),
  },
  {
    name: 'a rate limit per process',
    file: `${RATE}/rate-replica.ts`,
    find: "if (state === 'shared') return { kind: 'store' };",
    put: "if (state === 'shared') return { kind: 'divided', share: { index: 0, count: 1 } };",
    tests: integration('test/integration/rate/shared-rate.spec.ts'),
  },
  {
    name: 'a slot spent twice',
    file: `${RATE}/slot-store.ts`,
    find: '(slot.taken_at = unused_at)::int AS reused',
    put: '(unused_at > 0)::int AS reused',
    tests: integration('test/integration/rate/shared-rate.spec.ts'),
  },
  {
    name: 'a slot used when it is over',
    file: `${RATE}/rate-limiter.ts`,
    find: 'mayBeSent: () => slot !== null && monotonicNow() <= slot.untilMs,',
    put: 'mayBeSent: () => slot !== null,',
    tests: unit('apps/gateway/src/adapters/rate/rate-limiter.spec.ts'),
  },
  {
    name: 'a class that starves',
    file: 'libs/domain/src/policy/departure-order.ts',
    find: 'user: 8, write: 4, read: 2, background: 1 };',
    put: 'user: 8, write: 4, read: 2, background: 0 };',
    tests: unit('libs/domain/src/policy/departure-order.spec.ts'),
  },
  {
    name: 'a write that can be overtaken for ever',
    file: 'libs/domain/src/policy/departure-order.ts',
    find: 'const index = write !== -1 && write < fair ? write : fair;',
    put: 'const index = write === -2 ? write : fair;',
    tests: unit('libs/domain/src/policy/departure-order.spec.ts'),
  },
  {
    name: 'an NHS number searched for whatever its check digit',
    file: 'libs/contracts/src/operation/operation-resources.ts',
    find: '.refine(isNhsNumber,',
    put: '.refine(() => true,',
    tests: unit('libs/contracts/src/operation/audit-search.spec.ts'),
  },
  {
    name: 'a packed answer that is not counted',
    file: `${PLANE}/attempt/forward.ts`,
    find: 'if (text !== read.whole) take(text.length);',
    put: '',
    tests: unit(`${PLANE}/call-upstream.spec.ts`),
  },
  {
    name: 'what a spreadsheet writes in place of a value taken for a secret',
    file: 'libs/domain/src/input/spreadsheet-cell.ts',
    find: 'if (ERROR_VALUE.test(text))',
    put: "if (kind !== 'secret' && ERROR_VALUE.test(text))",
    tests: unit('libs/domain/src/input/spreadsheet-cell.spec.ts'),
  },
  {
    name: 'what an emergency stop suspended run again by an edit',
    file: 'prisma/migrations/20261128060000_stops_stand/migration.sql',
    find: "PERFORM public.registry_refuse('emergency_stop_stands', 'it runs again when its emergency stop is lifted');",
    put: 'NULL;',
    tests: integration('test/integration/admin/emergency-stop.spec.ts'),
  },
  {
    name: 'the same change requested twice at once',
    file: 'prisma/migrations/20261128060100_changes_once/migration.sql',
    find: 'CREATE UNIQUE INDEX pending_change_once',
    put: 'CREATE INDEX pending_change_once',
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'bodies that are not counted',
    file: 'apps/gateway/src/listener/body-budget.ts',
    find: 'usedBytes += bytes;',
    put: 'usedBytes += bytes * 0;',
    tests: unit('apps/gateway/src/listener/body-budget.spec.ts'),
  },
  {
    name: 'a worklist sealed on the event loop',
    file: 'apps/gateway/src/adapters/audit/write/subjects.ts',
    find: 'return sealBulk(job);',
    put: 'return sealInBulk(job);',
    tests: endToEnd('test/e2e/heavy-requests.spec.ts'),
  },
  {
    name: 'a registry file with any number of entries',
    file: 'libs/contracts/src/registry/registry-size.ts',
    find: 'if (listed <= MAX_LISTED) return [];',
    put: 'if (listed < Infinity) return [];',
    tests: unit('libs/contracts/src/registry/registry-size.spec.ts'),
  },
  {
    name: 'every fault of a file answered',
    file: `${ADMIN}/http/problem.ts`,
    find: 'errors.length > MAX_FAULTS',
    put: 'errors.length > MAX_FAULTS * 1_000_000',
    tests: integration('test/integration/admin/admin-registry.spec.ts'),
  },
  {
    name: 'rejections above the limit not counted',
    file: 'apps/gateway/src/adapters/audit/write/rejections.ts',
    find: 'this.summarise(rejection);',
    put: 'void rejection;',
    tests: endToEnd('test/e2e/flood.spec.ts'),
  },
  {
    name: 'a valid key refused because others from its address failed',
    file: `${PLANE}/plane.ts`,
    find: "stage('authenticate');",
    put: "stage('authenticate');\n      if (deps.log !== null && ++rejections > 200) throw new Error('too many');",
    also: [['export function createPlane(', 'let rejections = 0;\n\nexport function createPlane(']],
    tests: endToEnd('test/e2e/flood.spec.ts'),
  },
  {
    name: 'an address that anybody can claim',
    file: 'apps/gateway/src/listener/caller-address.ts',
    find: 'if (!isProxy(peer)) return peer;',
    put: "if (!isProxy(peer) && headers['x-forwarded-for'] === undefined) return peer;",
    tests: unit('apps/gateway/src/listener/caller-address.spec.ts'),
  },
  {
    name: 'our token released in a packed answer',
    file: `${PLANE}/attempt/answer-scan.ts`,
    find: 'scan(unpacker === null ? chunk : await unpacker.write(chunk));',
    put: 'await unpacker?.write(chunk);\n      scan(chunk);',
    tests: unit('apps/gateway/src/data-plane/attempt/answer-scan.spec.ts'),
  },
  {
    name: 'a streamed answer whose gzip was cut off taken for complete',
    file: `${PLANE}/attempt/answer-scan.ts`,
    find: 'if (unpacker !== null) scan(await unpacker.end());',
    put: '',
    tests: unit('apps/gateway/src/data-plane/attempt/answer-scan.spec.ts'),
  },
  {
    name: 'the age of the snapshot not looked at',
    file: `${PLANE}/confidence.ts`,
    find: 'ageMs > deps.snapshotMaxAgeMs',
    put: 'deps.registry.age() > Infinity',
    tests: unit('apps/gateway/src/data-plane/confidence.spec.ts'),
  },
  {
    name: 'the expiry of keys not looked at',
    file: 'libs/domain/src/registry/registry.ts',
    find: 'credential.revokedAtMs === null && credential.expiresAtMs > nowMs',
    put: 'credential.revokedAtMs === null && nowMs > 0',
    tests: unit('apps/gateway/src/data-plane/authenticate.spec.ts'),
  },
  {
    name: 'an application goes live without a second person',
    file: 'libs/domain/src/governance/four-eyes.ts',
    find: "if (after?.['state'] === 'live' && before?.['state'] !== 'live')",
    put: "if (after?.['state'] === 'live' && before?.['state'] === 'suspended')",
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'whoever asked for a change approves it',
    file: 'libs/domain/src/governance/change-decision.ts',
    find: "if (decider.staffId === requested.requestedByStaff || sameAddress) return 'same-person';",
    put: "if (decider.staffId === '' && sameAddress) return 'same-person';",
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'an approval carries out whatever the change would do by now',
    file: `${ADMIN}/changes/approvals.store.ts`,
    find: 'if (!same) throw new Stale();',
    put: "if (!same && diffHash === '') throw new Stale();",
    tests: integration('test/integration/admin/four-eyes.spec.ts'),
  },
  {
    name: 'a key left out of the comparison',
    file: 'libs/domain/src/registry/records/record-fields.ts',
    find: "if ('identity' in field) return [];",
    put: "if ('identity' in field || name === 'apimApplicationId') return [];",
    tests: integration('test/integration/registry/every-field.spec.ts'),
  },
  {
    name: 'a key left out of what a second person must agree to',
    file: 'libs/domain/src/registry/records/application-fields.ts',
    find: "asid: { holds: optional(text), secondPerson: 'needed',",
    put: "asid: { holds: optional(text), secondPerson: 'not needed',",
    tests: integration('test/integration/registry/every-field.spec.ts'),
  },
  {
    name: 'an error value of a spreadsheet taken for a new name',
    file: 'libs/domain/src/registry/plan/written-text-faults.ts',
    find: "change.action === 'create' || change",
    put: 'change',
    tests: unit('libs/domain/src/registry/plan/written-text-faults.spec.ts'),
  },
  {
    name: 'a write exception open without its co-signature',
    file: 'libs/domain/src/policy/decide.ts',
    find: 'cosignedAtMs !== null && cosignedAtMs <= nowMs',
    put: '(cosignedAtMs ?? 0) <= nowMs',
    tests: unit('libs/domain/src/policy/policy.spec.ts'),
  },
  {
    name: 'a patient shown to somebody who did not ask',
    file: 'libs/domain/src/governance/reveal.ts',
    find: 'reveal === null || staffId === null || reveal.requestedByStaff !== staffId',
    put: 'reveal === null || staffId === null',
    tests: unit('libs/domain/src/governance/reveal.spec.ts'),
  },
  {
    name: 'a request of the console taken without its token',
    file: `${ADMIN}/http/access/same-origin.ts`,
    find: "typeof token !== 'string' || !same(token, expected.csrfToken)",
    put: "(typeof token === 'string' && !same(token, expected.csrfToken))",
    tests: endToEnd('test/e2e/corpus-staff.spec.ts'),
  },
  {
    name: 'an application shared with others shown to a limited role',
    file: `${ADMIN}/registry/applications.store.ts`,
    find: 'return { bindings: { some: mine, every: mine } };',
    put: 'return { bindings: { some: mine } };',
    tests: integration('test/integration/admin/permissions.spec.ts'),
  },
  {
    name: 'an evidence pack shows the registry as it is now',
    file: 'libs/domain/src/evidence/compose-pack.ts',
    find: 'const rows = facts.rows.filter(({ atMs }) => atMs < period.untilMs);',
    put: 'const rows = facts.rows;',
    tests: unit('libs/domain/src/evidence/compose-pack.spec.ts'),
  },
  {
    name: 'an evidence pack shows the values of fields that nobody has thought about',
    file: 'libs/domain/src/evidence/changes.ts',
    find: 'shown.has(field.name) ? field : { name: field.name }',
    put: 'shown.size >= 0 ? field : { name: field.name }',
    tests: unit('libs/domain/src/evidence/compose-pack.spec.ts'),
  },
  {
    name: 'an evidence pack shows a decision that came after its period',
    file: 'libs/domain/src/evidence/approvals.ts',
    find: 'at !== null && Date.parse(at) < span.untilMs',
    put: 'at !== null && span.untilMs > 0',
    tests: unit('libs/domain/src/evidence/compose-pack.spec.ts'),
  },
  {
    name: 'an evidence pack shows what a request does to other organisations',
    file: 'libs/domain/src/evidence/approvals.ts',
    find: "return row['ods_code'] === odsCode;",
    put: 'return true;',
    tests: unit('libs/domain/src/evidence/compose-pack.spec.ts'),
  },
  {
    name: 'an evidence pack of a period that is not over',
    file: 'libs/domain/src/evidence/period.ts',
    find: 'if (until > yesterday)',
    put: 'if (until > addDays(yesterday, 1))',
    tests: unit('libs/domain/src/evidence/period.spec.ts'),
  },
  {
    name: 'a number of a patient in a reason of an evidence pack',
    file: 'libs/domain/src/evidence/compose-pack.ts',
    find: 'return withoutIdentifiersIn(pack, new Set(known));',
    put: 'withoutIdentifiersIn(pack, new Set(known));\n  return pack;',
    tests: unit('libs/domain/src/evidence/compose-pack.spec.ts'),
  },
  {
    name: 'a file of an evidence pack of the same size taken for the one that was signed',
    file: 'apps/cli/src/verify/verify-pack.ts',
    find: 'bytes.length === file.size && sha256(bytes) === file.sha256',
    put: 'bytes.length === file.size',
    tests: unit('apps/cli/src/verify/verify-pack.spec.ts'),
  },
  {
    name: 'another spelling of the signature of an evidence pack',
    file: 'apps/cli/src/verify/verify-pack.ts',
    find: "return text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;",
    put: "return text !== '';",
    tests: unit('apps/cli/src/verify/verify-pack.spec.ts'),
  },
  {
    name: 'a file that the manifest of an evidence pack does not name',
    file: 'apps/cli/src/verify/verify-pack.ts',
    find: '.filter((name) => !named.has(name))',
    put: '.filter((name) => named.size === 0 && !named.has(name))',
    tests: unit('apps/cli/src/verify/verify-pack.spec.ts'),
  },
  {
    name: 'the document of an evidence pack prints the first changes and does not say that there are others',
    file: 'libs/domain/src/evidence/document/of-decisions.ts',
    find: '...(left > 0',
    put: '...(left < 0',
    tests: unit('libs/domain/src/evidence/document/evidence-document.spec.ts'),
  },
  {
    name: 'an evidence pack that counts the requests of another organisation',
    file: 'apps/gateway/src/adapters/evidence/traffic-counts.ts',
    find: 'WHERE i.ods_code = $1 AND',
    put: 'WHERE $1::text IS NOT NULL AND',
    tests: integration('test/integration/evidence/evidence-pack.spec.ts'),
  },
  {
    name: 'an evidence pack that does not compare the trail with its checkpoints',
    file: 'apps/gateway/src/adapters/evidence/covering-checkpoints.ts',
    find: "e.seq = h.seq AND encode(e.hash, 'hex') = h.hash",
    put: 'e.seq = h.seq AND h.hash IS NOT NULL',
    tests: integration('test/integration/evidence/evidence-pack.spec.ts'),
  },
  {
    name: 'a verifier that trusts the head in the database',
    file: 'apps/cli/src/verify/checkpoints.ts',
    find: 'if (line.head.seq < highest.seq) {',
    put: 'if (line.head.seq < 0) {',
    tests: unit('apps/cli/src/verify/checkpoints.spec.ts'),
  },
  {
    name: 'a row that was replaced since its checkpoint',
    file: 'apps/cli/src/verify/checkpoints.ts',
    find: 'return head.hash === hash',
    put: 'return head.seq === seq',
    tests: unit('apps/cli/src/verify/checkpoints.spec.ts'),
  },
  {
    name: 'the signature of a checkpoint not checked',
    file: 'apps/cli/src/verify/checkpoints.ts',
    find: 'return isSigned && isClaims(claims) ? claims : null;',
    put: 'return isClaims(claims) ? claims : null;',
    tests: unit('apps/cli/src/verify/checkpoints.spec.ts'),
  },
  {
    name: 'a chain that was removed not noticed by the worker',
    file: 'libs/domain/src/audit/checkpoint.ts',
    find: 'if (head === undefined) return [{ writer, coveredSeq, seq: null }];',
    put: 'if (head === undefined) return [];',
    tests: integration('test/integration/audit/audit-checkpoints.spec.ts'),
  },
  {
    name: 'checkpoints of a place not taken back after a restore',
    file: 'apps/gateway/src/jobs/audit-checkpoint.job.ts',
    find: 'await store.add(checkpoint);',
    put: '',
    tests: integration('test/integration/audit/audit-checkpoints.spec.ts'),
  },
  {
    name: 'a name that NO_PROXY lists taken for the end of a longer one',
    file: 'apps/gateway/src/adapters/outbound/outbound-proxy.ts',
    find: '`.${host.toLowerCase()}`.endsWith(`.${suffix}`)',
    put: 'host.toLowerCase().endsWith(suffix)',
    tests: integration('test/integration/outbound/outbound-proxy.spec.ts'),
  },
  {
    name: 'a signing key disabled in KMS that another run has recorded meanwhile',
    file: 'apps/gateway/src/jobs/keys/key-rotation-step.job.ts',
    find: 'if (!(await knownArns()).has(arn)) await keyService.disableKey(arn);',
    put: 'if ((await knownArns()).size >= 0) await keyService.disableKey(arn);',
    tests: unit('apps/gateway/src/jobs/keys/key-rotation-step.job.spec.ts'),
  },
  {
    name: 'the health of an application forgets that it is stopped',
    file: 'libs/domain/src/policy/health.ts',
    find: "if (state !== 'live')",
    put: "if (state !== 'live' && state !== 'suspended')",
    tests: unit('libs/domain/src/policy/health.spec.ts'),
  },
  {
    name: 'a probe of Gatehouse itself counts as a call that worked',
    file: 'apps/gateway/src/adapters/audit/read/newest-calls.ts',
    find: "AND i.record ->> 'probe' IS NULL",
    put: '',
    tests: integration('test/integration/registry/health.spec.ts'),
  },
  {
    name: 'health that was decided before a change is stored after it',
    file: 'apps/gateway/src/adapters/health/health-rows.ts',
    find: ' AND h.marks = new.marks',
    put: '',
    tests: integration('test/integration/registry/health.spec.ts'),
  },
  {
    name: 'the filter by health forgets calls that failed',
    file: 'apps/gateway/src/adapters/health/health-rows.ts',
    find: "(h.cause IS NULL OR h.cause = 'newest call')",
    put: "h.cause = 'newest call'",
    tests: integration('test/integration/registry/health.spec.ts'),
  },
  {
    name: 'an SRO that lapses is not seen by the filter for an hour',
    file: 'libs/domain/src/governance/sro.ts',
    find: '    endOfLondonDayMs(lastDayInForce(appointment)),\n',
    put: '',
    tests: unit('libs/domain/src/governance/sro.spec.ts'),
  },
  {
    name: 'an organisation works because one of its applications does',
    file: 'apps/gateway/src/admin/health/health-conditions.ts',
    find: ', `NOT ${has("h.health = \'refused\'")}`]',
    put: ']',
    tests: integration('test/integration/registry/health.spec.ts'),
  },
  {
    name: 'health is shown of organisations out of reach',
    file: 'apps/gateway/src/admin/health/health.store.ts',
    find: "reach === 'all' || reach.has(odsCode)",
    put: "reach === 'all' || odsCode !== ''",
    tests: integration('test/integration/registry/health.spec.ts'),
  },
];

/** Copies sources and builds and links the packages, so that no planted bug can stay in this tree. */
function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'gatehouse-planted-'));
  for (const name of readdirSync(root)) {
    if (['node_modules', '.git', '.nx', '.gatehouse'].includes(name)) continue;
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  mkdirSync(join(copy, 'node_modules/@gatehouse'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@gatehouse')
      symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(join(root, folder))) {
      symlinkSync(join(copy, folder, name), join(copy, 'node_modules/@gatehouse', name));
    }
  }
  return copy;
}

/** What keeps a bug from being planted: a text that its file doesn't contain, or a test that doesn't exist. */
function faultsOf({ name, file, find, also = [], tests }) {
  const source = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
  const missingTexts = [find, ...also.map(([text]) => text)].filter((text) => !source.includes(text));
  const missingSpecs = tests.specs.filter((spec) => !existsSync(join(root, spec)));
  return [
    ...missingTexts.map((text) => `${name}: ${file} doesn't contain: ${text}`),
    ...missingSpecs.map((spec) => `${name}: there is no ${spec}`),
  ];
}

if (process.argv.includes('--check')) {
  const [bug] = BUGS;
  const canaries = [
    { ...bug, find: 'a text that is nowhere' },
    { ...bug, file: 'no-such-file.ts' },
    { ...bug, tests: unit('no-such.spec.ts') },
  ];
  const faults = BUGS.flatMap(faultsOf);
  for (const fault of faults) console.error(fault);
  const bites = canaries.every((canary) => faultsOf(canary).length > 0);
  if (!bites) console.error('a bug that can’t be planted was not noticed');
  process.exit(faults.length === 0 && bites ? 0 : 1);
}

const copy = copyTree();
const run = (args) =>
  spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

/** Whether the tests pass. @throws if the build fails, since the compiler must accept a planted bug */
function passes({ config, specs, build }) {
  if (build) {
    for (const command of [['node_modules/typescript/bin/tsc', '-b'], ['tools/bundle-gateway.mjs']]) {
      const built = run(command);
      if (built.status !== 0) throw new Error(`the copy doesn't build:\n${built.stdout}${built.stderr}`);
    }
  }
  // A spec that this machine leaves out, such as that of Redis, finds nothing.
  const args = ['run', '--config', config, '--passWithNoTests', ...specs];
  return run(['node_modules/vitest/vitest.mjs', ...args]).status === 0;
}

/** Whether a test has seen the planted bug, or why nobody can know. */
function resultOf({ tests }) {
  try {
    return passes(tests) ? 'MISSED' : 'seen';
  } catch (error) {
    return `BROKEN ${error.message}`;
  }
}

function plant({ file, find, put, also = [] }) {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  let text = before;
  for (const [from, replacement] of [[find, put], ...also]) {
    if (!text.includes(from)) throw new Error(`${file} no longer contains: ${from}`);
    text = text.replace(from, replacement);
  }
  writeFileSync(path, text);
  return () => writeFileSync(path, before);
}

const filters = process.argv.slice(2);
const isChosen = ({ name, file }) =>
  filters.length === 0 || filters.some((filter) => name.includes(filter) || file.includes(filter));
const bugs = BUGS.filter(isChosen);
let missed = bugs.length === 0 ? 1 : 0;
try {
  for (const bug of bugs) {
    const remove = plant(bug);
    const result = resultOf(bug);
    remove();
    console.log(`${result.padEnd(6)} ${bug.name}`);
    if (result !== 'seen') missed += 1;
  }
  const specs = [
    ...new Set(bugs.flatMap(({ tests }) => (tests.config === 'vitest.config.ts' ? tests.specs : []))),
  ];
  const green =
    (specs.length === 0 || passes({ config: 'vitest.config.ts', specs })) &&
    passes(endToEnd('test/e2e/first-way.spec.ts'));
  console.log(green ? 'and without them everything is green' : 'NOT GREEN without any planted bug');
  if (!green) missed += 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${bugs.length - missed} of ${bugs.length} planted bugs seen`);
process.exit(missed === 0 ? 0 : 1);
