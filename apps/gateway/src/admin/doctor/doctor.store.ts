import type { AskedReport, DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import type { ApplicationChoice } from '@gatehouse/contracts/registry/registry-resources';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import {
  COMBINED_CALLBACK_PATH,
  addressesToRegister,
  valuesToRegister,
} from '@gatehouse/domain/registry/cis2-registration';
import { isInForce } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { appointmentOf } from '../../adapters/people/sro-appointment.js';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import { cis2ClientRecord } from '../../adapters/registry/cis2-client-rows.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import {
  ASK_NHS,
  type AskNhs,
  CLOCK,
  type Clock,
  DATABASE,
  ENVIRONMENTS,
  type Environments,
  PUBLIC_URL,
} from '../injected.js';
import {
  type ApplicationRows,
  jwksUrlOf,
  keyOfRows,
  theApplication,
} from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';
import { checklist, type Readiness } from './checklist.js';
import { lookAlikesOf } from './look-alikes.store.js';
import { isClear, nhsView } from './nhs-answers.view.js';
import { isProbeClear, probeView } from './probe.view.js';

const PUBLISHED_STATES = ['PUBLISHED', 'ACTIVE', 'RETIRING'];

/** Examines whether an application can be used. */
@Injectable()
export class DoctorStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(ENVIRONMENTS) private readonly environments: Environments,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(ASK_NHS) private readonly askNhs: AskNhs,
    @Inject(AuditTrail) private readonly trail: Pick<AuditTrail, 'nhsAnswers'>,
  ) {}

  /** What is missing before an application can be used, in order, and what NHS England last said about it. */
  async examine(choice: ApplicationChoice, reach: Reach): Promise<DoctorReport> {
    const row = await theApplication(this.db, choice, reach);
    const steps = await this.stepsOf(row);
    const nhs = nhsView(await this.trail.nhsAnswers(row.id), await this.changedAtVersion(row.id));
    const probe = probeView(await this.db.applicationProbe.findUnique({ where: { applicationId: row.id } }), {
      ...{ name: nameOf(row), row, jwksUrl: jwksUrlOf(this.publicUrl, row) },
      messageId: nhs.token?.refusal?.messageId ?? null,
    });
    const ready = steps.every(({ done }) => done) && isClear(nhs) && isProbeClear(probe);
    const lookAlikes = await lookAlikesOf(this.db, row, reach);
    return { application: keyOfRows(row), name: nameOf(row), ready, steps, lookAlikes, nhs, probe };
  }

  /** The same, after NHS England was asked for a token and a read. */
  async ask(choice: ApplicationChoice, reach: Reach, actor: ActorFacts): Promise<AskedReport> {
    const { id, bindings } = await theApplication(this.db, choice, reach);
    const binding = bindings.find(({ organisation }) => organisation.state === 'active') ?? bindings[0];
    if (binding === undefined) throw notFound('organisation of this application');
    const nhsAnswer = await this.askNhs({ odsCode: binding.odsCode, applicationId: id }, actor);
    return { ...(await this.examine({ application: id }, reach)), asked: nhsAnswer };
  }

  /** The titles of the steps that remain. */
  async missing(applicationId: string, reach: Reach) {
    const row = await theApplication(this.db, { application: applicationId }, reach);
    const steps = await this.stepsOf(row);
    return { name: nameOf(row), missing: steps.filter(({ done }) => !done).map(({ title }) => title) };
  }

  private async stepsOf(row: ApplicationRows) {
    const nowMs = this.now();
    return checklist({
      ...this.applicationFacts(row),
      ...(await this.sroFacts(row, nowMs)),
      ...(await this.clientFacts(row, nowMs)),
      ...(await this.cis2Facts(row)),
    });
  }

  private async changedAtVersion(applicationId: string): Promise<number> {
    const newest = await this.db.registryChange.findFirst({
      where: { tableName: 'application', rowKey: applicationId },
      orderBy: { n: 'desc' },
      select: { version: true },
    });
    return Number(newest?.version ?? 0);
  }

  private applicationFacts(row: ApplicationRows) {
    const { organisations, environment, accessMode, capability } = applicationIdentity(row);
    return {
      name: nameOf(row),
      odsCodes: organisations,
      environment,
      open: this.environments.get(environment)?.kind === 'open',
      accessMode,
      capability,
      state: row.state,
      organisationsActive: row.bindings.every(({ organisation }) => organisation.state === 'active'),
      asid: row.asid,
      hasApiKey: row.apiKey !== null,
      hasApiSecret: row.apiSecretSealed !== null,
      messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
      jwksUrl: jwksUrlOf(this.publicUrl, row),
      callbackUrl: accessMode === 'user-restricted' ? this.publicUrl + COMBINED_CALLBACK_PATH : null,
      keyPublished: row.signingKeys.some(({ state }) => PUBLISHED_STATES.includes(state)),
      keyActive: row.signingKeys.some(({ state }) => state === 'ACTIVE'),
    };
  }

  private async sroFacts(
    row: ApplicationRows,
    nowMs: number,
  ): Promise<Pick<Readiness, 'sro' | 'sroSpineUserId'>> {
    const appointments = await this.db.sroAppointment.findMany({
      where: {
        odsCode: { in: row.bindings.map(({ odsCode }) => odsCode) },
        environments: { has: row.environmentName },
        OR: [{ withdrawnAt: null }, { withdrawnAt: { gt: new Date(nowMs) } }],
      },
      orderBy: { appointedAt: 'desc' },
    });
    const inForce = appointments.find((appointment) =>
      isInForce(appointmentOf(appointment), row.environmentName, nowMs),
    );
    if (inForce !== undefined) return { sro: 'in force', sroSpineUserId: inForce.spineUserId };
    const proposed = appointments.find(({ acceptedAt }) => acceptedAt === null);
    if (proposed !== undefined) return { sro: 'proposed', sroSpineUserId: proposed.spineUserId };
    const [latest] = appointments;
    if (latest !== undefined) return { sro: 'lapsed', sroSpineUserId: latest.spineUserId };
    return { sro: 'none', sroSpineUserId: null };
  }

  private async cis2Facts({ environmentName, productName }: ApplicationRows) {
    const row = await this.db.cis2Client.findFirst({
      where: { environmentName, productName, state: 'active' },
      include: { signingKeys: true },
    });
    const { publicUrl } = this;
    if (row === null) return { cis2Client: null, toRegister: addressesToRegister(publicUrl) };
    const keyActive = row.signingKeys.some(({ state }) => state === 'ACTIVE');
    const jwksUrl = jwksUrlOf(publicUrl, row);
    return {
      cis2Client: { auth: row.auth, keyActive },
      toRegister: valuesToRegister(cis2ClientRecord(row), { publicUrl, jwksUrl }),
    };
  }

  private async clientFacts(row: ApplicationRows, nowMs: number) {
    const clients = await this.db.client.findMany({
      where: {
        environmentName: row.environmentName,
        state: 'active',
        grants: {
          some: {
            odsCode: { in: row.bindings.map(({ odsCode }) => odsCode) },
            productName: row.productName,
            accessMode: row.accessMode,
            capability: row.capability,
          },
        },
      },
      include: { credentials: { where: { revokedAt: null, expiresAt: { gt: new Date(nowMs) } } } },
    });
    return {
      clientWithGrant: clients.length > 0,
      clientCanProveItself: clients.some(
        ({ credentials, workloadSubject }) => credentials.length > 0 || workloadSubject !== null,
      ),
    };
  }
}
