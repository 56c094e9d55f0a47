import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { dayOfDateColumn, londonDay } from '@gatehouse/domain/governance/london-day';
import { remarkOn, remarkOnRegistration } from '@gatehouse/domain/ods/published-organisation';
import { Inject, Injectable } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { invalid } from '../http/problem.js';
import { type Queries, type Transaction, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

type Load = InputOf<'odsFileLoad'>['body'];
type Organisations = Load['organisations'];

interface FileRow {
  readonly fileName: string;
  readonly sha256: string;
  readonly organisations: number;
  readonly added: number;
  readonly changed: number;
  readonly loadedBy: string;
  readonly loadedAt: Date;
}

interface Registered {
  readonly odsCode: string;
  readonly name: string;
}

const FILES_SHOWN = 50;
const MOST_REMARKS = 100;
const BATCH = 10_000;
/** A file as large as may be takes a few seconds. */
const LOAD_MS = 60_000;

/**
 * Organisations as the NHS publishes them. The newest file that has a code says what is known of it; a code that a newer
 * file no longer has stays, since a report leaves out what closed long ago. Nothing here decides a request.
 */
@Injectable()
export class OdsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem invalid-request if an organisation is listed twice */
  async load({ fileName, sha256, organisations, reason }: Load, acting: Acting) {
    requireDistinct(organisations);
    return this.transactions.run(
      changeBy(acting, reason),
      async (transaction) => {
        const known = await countKnown(transaction, organisations);
        const counts = { organisations: organisations.length, ...known };
        const file = { id: randomUUID(), fileName, sha256, ...counts, loadedBy: acting.actor };
        const row = await transaction.odsFile.create({ data: { ...file, loadedAt: new Date(this.now()) } });
        for (const batch of batchesOf(organisations)) await write(transaction, batch, row.id);
        await this.auditAccess.record('ODS_FILE_LOADED', acting, {
          ...{ fileName, sha256, ...counts },
          ...(reason === undefined ? {} : { reason }),
        });
        return viewOf(row);
      },
      LOAD_MS,
    );
  }

  /** Newest first. */
  async files() {
    const rows = await this.db.odsFile.findMany({
      orderBy: [{ loadedAt: 'desc' }, { id: 'desc' }],
      take: FILES_SHOWN,
    });
    return rows.map(viewOf);
  }

  /** What somebody should know who registers organisations under these names. */
  async remarksOn(registered: readonly Registered[]): Promise<string[]> {
    const today = londonDay(this.now());
    const remarks: string[] = [];
    for (const batch of batchesOf(registered)) {
      const names = new Map(batch.map(({ odsCode, name }) => [odsCode, name]));
      const rows = await this.db.odsOrganisation.findMany({
        where: { odsCode: { in: [...names.keys()] } },
        orderBy: { odsCode: 'asc' },
      });
      for (const row of rows) {
        const remark = remarkOnRegistration(names.get(row.odsCode) ?? '', { ...row, ...daysOf(row) }, today);
        if (remark !== null) remarks.push(remark);
      }
      if (remarks.length >= MOST_REMARKS) break;
    }
    return remarks.slice(0, MOST_REMARKS);
  }

  async show(odsCode: string) {
    const row = await this.db.odsOrganisation.findUnique({ where: { odsCode }, include: { file: true } });
    if (row === null)
      return {
        published: null,
        remarkOnRegistered: null,
        hasFiles: (await this.db.odsFile.findFirst({ select: { id: true } })) !== null,
      };
    const { name, isClosed, file } = row;
    const days = daysOf(row);
    const remark = remarkOn({ ...days, isClosed }, londonDay(this.now()));
    const source = { fileName: file.fileName, loadedAt: file.loadedAt.toISOString() };
    const registered = await this.db.organisation.findUnique({ where: { odsCode } });
    const [remarkOnRegistered = null] = registered === null ? [] : await this.remarksOn([registered]);
    return { published: { odsCode, name, ...days, remark, ...source }, remarkOnRegistered, hasFiles: true };
  }
}

const dayOf = (date: Date | null): string | null => (date === null ? null : dayOfDateColumn(date));

const daysOf = ({ openedOn, closedOn }: Record<'openedOn' | 'closedOn', Date | null>) => ({
  openedOn: dayOf(openedOn),
  closedOn: dayOf(closedOn),
});

function viewOf({ fileName, sha256, organisations, added, changed, loadedBy, loadedAt }: FileRow) {
  const counts = { organisations, added, changed };
  return { fileName, sha256, ...counts, loadedBy, loadedAt: loadedAt.toISOString() };
}

/** @throws AdminProblem invalid-request */
function requireDistinct(organisations: Organisations): void {
  const codes = new Set<string>();
  for (const [index, { odsCode }] of organisations.entries()) {
    if (codes.has(odsCode))
      throw invalid([{ pointer: `/organisations/${index}/odsCode`, detail: `${odsCode} is listed twice` }]);
    codes.add(odsCode);
  }
}

function* batchesOf<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH);
}

/** The columns of a batch as arrays, of which PostgreSQL makes rows again. */
function columnsOf(batch: readonly Organisations[number][]) {
  return {
    codes: batch.map(({ odsCode }) => odsCode),
    names: batch.map(({ name }) => name),
    opened: batch.map(({ openedOn }) => openedOn),
    closed: batch.map(({ closedOn }) => closedOn),
    isClosed: batch.map((row) => row.isClosed),
  };
}

/** How many are new, and of how many others the file says something else than is known. */
async function countKnown(transaction: Transaction, organisations: Organisations) {
  let [added, changed] = [organisations.length, 0];
  for (const batch of batchesOf(organisations)) {
    const { codes, names, opened, closed, isClosed } = columnsOf(batch);
    const [counts] = await transaction.$queryRaw<{ known: number; differing: number }[]>`
      SELECT count(*)::int AS known,
        count(*) FILTER (WHERE (o.name, o.opened_on, o.closed_on, o.is_closed)
          IS DISTINCT FROM (given.name, given.opened_on, given.closed_on, given.is_closed))::int AS differing
      FROM unnest(${codes}::text[], ${names}::text[], ${opened}::date[], ${closed}::date[], ${isClosed}::boolean[])
        AS given (ods_code, name, opened_on, closed_on, is_closed)
      JOIN ods_organisation o USING (ods_code)`;
    added -= counts?.known ?? 0;
    changed += counts?.differing ?? 0;
  }
  return { added, changed };
}

async function write(
  transaction: Transaction,
  batch: readonly Organisations[number][],
  fileId: string,
): Promise<void> {
  const { codes, names, opened, closed, isClosed } = columnsOf(batch);
  await transaction.$executeRaw`
    INSERT INTO ods_organisation (ods_code, name, opened_on, closed_on, is_closed, file_id)
    SELECT given.*, ${fileId}::uuid
    FROM unnest(${codes}::text[], ${names}::text[], ${opened}::date[], ${closed}::date[], ${isClosed}::boolean[])
      AS given (ods_code, name, opened_on, closed_on, is_closed)
    ON CONFLICT (ods_code) DO UPDATE SET (name, opened_on, closed_on, is_closed, file_id)
      = (excluded.name, excluded.opened_on, excluded.closed_on, excluded.is_closed, excluded.file_id)`;
}
