/** What the watch of KMS's own log finds (ADR 51): signatures that nobody recorded, and a log that lacks something. */
import { dayOf } from '../signatures/log-watch.js';
import type { Finding } from './finding.js';

/** Whose key it is, as far as the registry knows. */
export interface KeyOwner {
  readonly kid: string;
  readonly odsCodes: readonly string[];
}

/** Signatures without a record, of one key and one day. */
export interface UnrecordedSignatures {
  /** ARN. */
  readonly key: string;
  /** UTC: `2026-03-02`. */
  readonly day: string;
  readonly count: number;
  /** Epoch ms. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Some of those who had them made, as the log names them. */
  readonly callers: readonly string[];
  /** Null: a key of Gatehouse itself, such as that of checkpoints. */
  readonly owner: KeyOwner | null;
}

/** A time of which the log lacks signatures that were recorded. */
export interface LogGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly missing: number;
}

/** A file that could not be read. */
export interface UnreadableFile {
  /** UTC day on which that was found. */
  readonly day: string;
  readonly name: string;
  readonly fault: string;
}

/** Where people record what they found out. */
const REVIEW_PAGE = '/unrecorded-signatures';
/** Of events that belong to no request. */
const RECORDS_PAGE = `/audit?filter=${encodeURIComponent('{"kind":"SYSTEM"}')}`;
const GUIDE = '“Signatures that nobody recorded” in the running guide says more.';

/** @param day UTC */
export const unrecordedFindingKey = (key: string, day: string): string =>
  `unrecorded-signature ${key} ${day}`;

export function unrecordedSignatures(rows: readonly UnrecordedSignatures[]): Finding[] {
  return rows.map(({ key, day, count, firstAtMs, lastAtMs, callers, owner }) => {
    const [signatures, have] = count === 1 ? ['A signature', 'has'] : [`${String(count)} signatures`, 'have'];
    const name = owner === null ? `the KMS key ${key}` : `signing key ${owner.kid}`;
    return {
      key: unrecordedFindingKey(key, day),
      notice: {
        kind: 'alarm',
        title: `${signatures} by ${name} ${have} no record in the audit trail`,
        body: `KMS made ${count === 1 ? 'it at' : 'them between'} ${timeOf(firstAtMs)}${count === 1 ? '' : ` and ${timeOf(lastAtMs)}`} for ${callers.join(', ')}. No process of Gatehouse has recorded that. Whoever may use this key can pose as its owner.`,
        whatToDo: `If a process of Gatehouse was killed at that time (WRITER_SWEPT in the audit trail) and the caller is its role, it was its own. Otherwise disable the key at once as a key emergency, and take the caller's right to sign. Then record what you found out, which ends this alarm. ${GUIDE}`,
        path: REVIEW_PAGE,
        odsCodes: owner?.odsCodes ?? [],
        staffId: null,
      },
    };
  });
}

/** One for each day with gaps, and one for each day on which files could not be read. */
export function logFindings(gaps: readonly LogGap[], unreadable: readonly UnreadableFile[]): Finding[] {
  const gapDays = Map.groupBy(gaps, ({ fromMs }) => dayOf(fromMs));
  const fileDays = Map.groupBy(unreadable, ({ day }) => day);
  return [
    ...[...gapDays].map(([day, of]) => gapFinding(day, of)),
    ...[...fileDays].map(([day, of]) => unreadableFinding(day, of)),
  ];
}

function gapFinding(day: string, gaps: readonly LogGap[]): Finding {
  const missing = gaps.reduce((total, gap) => total + gap.missing, 0);
  const fromMs = Math.min(...gaps.map((gap) => gap.fromMs));
  const toMs = Math.max(...gaps.map((gap) => gap.toMs));
  return finding(`missing ${day}`, {
    title: `CloudTrail lacks ${missing === 1 ? 'a signature' : `${String(missing)} signatures`} that Gatehouse had KMS make on ${day}`,
    body: `They were recorded between ${timeOf(fromMs)} and ${timeOf(toMs)}. Log files are missing, or GATEHOUSE_CLOUDTRAIL leads to another place. Signatures that nobody recorded may be in the missing files.`,
    whatToDo: `See whether the trail of CloudTrail is still switched on and delivers to this place, and run “aws cloudtrail validate-logs”. This ends by itself once the files are there. ${GUIDE}`,
  });
}

function unreadableFinding(day: string, files: readonly UnreadableFile[]): Finding {
  const [first] = files;
  return finding(`unreadable ${day}`, {
    title: `${files.length === 1 ? 'A log file' : `${String(files.length)} log files`} of CloudTrail could not be read on ${day}`,
    body: `${first?.name ?? ''}: ${first?.fault ?? ''}. The other files were read. Signatures that nobody recorded may be in ${files.length === 1 ? 'it' : 'them'}.`,
    whatToDo: `Look at the file. “gatehouse signatures reconcile” compares a corrected copy with the audit trail. ${GUIDE}`,
  });
}

function finding(key: string, texts: Pick<Finding['notice'], 'title' | 'body' | 'whatToDo'>): Finding {
  return {
    key: `signature-log ${key}`,
    notice: { kind: 'alarm', ...texts, path: RECORDS_PAGE, odsCodes: [], staffId: null },
  };
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
