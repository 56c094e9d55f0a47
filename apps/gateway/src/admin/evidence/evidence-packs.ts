import type { ServerResponse } from 'node:http';
import type { EvidenceLine } from '@gatehouse/contracts/audit/evidence-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { composePack, packText } from '@gatehouse/domain/evidence/compose-pack';
import { evidenceDocument } from '@gatehouse/domain/evidence/document/evidence-document';
import type { EvidencePack } from '@gatehouse/domain/evidence/evidence-pack';
import {
  DOCUMENT_FILE,
  type EvidenceManifest,
  MANIFEST_FILE,
  MANIFEST_FORMAT,
  manifestText,
  PACK_FILE,
  SIGNATURE_FILE,
} from '@gatehouse/domain/evidence/manifest';
import { type EvidencePeriod, evidencePeriod } from '@gatehouse/domain/evidence/period';
import { GatewayError } from '@gatehouse/domain/errors';
import { Inject, Injectable } from '@nestjs/common';
import { sha256Hex } from '../../adapters/audit/write/chain.js';
import type { ManifestSigner } from '../../adapters/evidence/manifest-signer.js';
import { renderPdf } from '../../adapters/evidence/pdf/render-pdf.js';
import { TooManyRows } from '../../adapters/evidence/registry-history.js';
import { AuditAccess } from '../audit/audit-access.js';
import type { Acting } from '../http/access/principal.js';
import { LineWriter } from '../http/ndjson.js';
import { AdminProblem, conflict, invalid, notFound } from '../http/problem.js';
import { CLOCK, type Clock, EVIDENCE, type Evidence, LOG, type Log } from '../injected.js';

const PART_BYTES = 192 * 1024;

type Request = InputOf<'evidencePackMake'>['body'];
interface PackFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Makes evidence packs and sends their files. */
@Injectable()
export class EvidencePacks {
  constructor(
    @Inject(EVIDENCE) private readonly evidence: Evidence,
    @Inject(AuditAccess) private readonly access: AuditAccess,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * What the caller can put right is answered before the first line; later faults are a line of their own.
   * @throws AdminProblem invalid-request, not-found, conflict, signing-failed
   */
  async send(response: ServerResponse, acting: Acting, request: Request): Promise<void> {
    const period = periodOf(request, this.now());
    const signer = await this.signer();
    const rows = await this.evidence.source.history(request.organisation, period).catch(explained);
    if (!rows.some(({ table, key }) => table === 'organisation' && key === request.organisation))
      throw notFound(
        `organisation ${request.organisation} in the registry before the end of ${period.until}`,
      );
    const approvals = await this.evidence.source.approvals(request.organisation, period).catch(explained);

    const lines = new LineWriter(response);
    const quiet = lines.keepAlive();
    const write = (line: EvidenceLine) => lines.write(line);
    try {
      lines.start();
      const traffic = await this.evidence.source.traffic(
        request.organisation,
        period,
        async (day, done, total) => {
          lines.signal.throwIfAborted();
          await write({ type: 'progress', what: `counting the requests of ${day}`, done, total });
        },
      );
      const trail = await this.evidence.source.trail(period);
      const pack = composePack(request.organisation, period, { rows, ...approvals, traffic, trail });
      if (pack === null) throw new Error('the organisation is missing in its own history');
      await write({ type: 'progress', what: 'writing the document', done: 1, total: 1 });
      const { files, sha256 } = await this.files(pack, request.reason, acting, signer);
      for (const file of files) await sendFile(write, file);
      await write({ type: 'done', sha256 });
    } catch (error) {
      // The reader has gone.
      if (lines.signal.aborted) return;
      await write({ type: 'failed', detail: this.detailOf(error) });
    } finally {
      quiet();
    }
    lines.end();
  }

  /** @throws AdminProblem conflict, signing-failed */
  private async signer(): Promise<ManifestSigner> {
    const { signer } = this.evidence;
    if (signer === null)
      throw conflict('No key signs evidence packs here: an operator sets GATEHOUSE_EVIDENCE_KMS_KEY.');
    await signer.ready().catch((error: unknown) => {
      throw new AdminProblem('signing-failed', signingDetail(error) ?? undefined);
    });
    return signer;
  }

  /** It is recorded before its first byte leaves. */
  private async files(pack: EvidencePack, reason: string, acting: Acting, signer: ManifestSigner) {
    const made = { at: new Date(this.now()).toISOString(), by: acting.actor };
    const parts: PackFile[] = [
      { name: PACK_FILE, bytes: Buffer.from(packText(pack)) },
      { name: DOCUMENT_FILE, bytes: await renderPdf(evidenceDocument(pack, made), Date.parse(made.at)) },
    ];
    const manifest: EvidenceManifest = {
      format: MANIFEST_FORMAT,
      organisation: pack.organisation.odsCode,
      from: pack.period.from,
      until: pack.period.until,
      madeAt: made.at,
      madeBy: made.by,
      files: parts.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) })),
    };
    const signature = await signer.sign(manifest);
    const manifestBytes = Buffer.from(manifestText(manifest));
    const digest = sha256Hex(manifestBytes);
    await this.access.record('EVIDENCE_PACK', acting, {
      reason,
      organisation: manifest.organisation,
      from: manifest.from,
      until: manifest.until,
      sha256: digest,
    });
    return {
      sha256: digest,
      files: [
        ...parts,
        { name: MANIFEST_FILE, bytes: manifestBytes },
        { name: SIGNATURE_FILE, bytes: Buffer.from(signature) },
      ],
    };
  }

  private detailOf(error: unknown): string {
    const detail = signingDetail(error);
    if (detail !== null) return detail;
    this.log.error({ err: error }, 'an evidence pack could not be made');
    return 'The evidence pack could not be made. Try again; if it fails again, ask an operator to look at the log.';
  }
}

function periodOf({ from, until }: Request, nowMs: number): EvidencePeriod {
  const period = evidencePeriod(from, until, nowMs);
  if ('field' in period) throw invalid([{ pointer: `/${period.field}`, detail: period.detail }]);
  return period;
}

function explained(error: unknown): never {
  if (error instanceof TooManyRows)
    throw conflict(
      'The history of this organisation is larger than one pack can hold. Read it under “History”, or by GET /history.',
    );
  throw error;
}

/** Null for what is no refusal of KMS. */
function signingDetail(error: unknown): string | null {
  if (!(error instanceof GatewayError)) return null;
  if (error.code === 'GW_KEY_UNUSABLE')
    return 'KMS does not let Gatehouse use the key that signs evidence packs: an operator looks at GATEHOUSE_EVIDENCE_KMS_KEY.';
  return error.code === 'GW_SIGNING_UNAVAILABLE' ? 'KMS could not be reached. Try again in a minute.' : null;
}

async function sendFile(
  write: (line: EvidenceLine) => Promise<void>,
  { name, bytes }: PackFile,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  for (let part = 1; part <= parts; part += 1) {
    const base64 = bytes.subarray((part - 1) * PART_BYTES, part * PART_BYTES).toString('base64');
    await write({ type: 'file', name, part, parts, size: bytes.length, base64 });
  }
}
