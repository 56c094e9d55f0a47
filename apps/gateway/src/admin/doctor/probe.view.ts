/** The last probe of an application, in words for people, with what to send to those who must act. */
import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { findingOf, PASSING, PROBE_LIMITS } from '@gatehouse/domain/apim/probe';
import type { ApplicationRows } from '../registry/applications.store.js';

interface ProbeRow {
  readonly checkedAt: Date | null;
  readonly checkedBy: string | null;
  readonly reads: string[];
  readonly limits: string[];
  readonly code: string | null;
  readonly since: Date | null;
  readonly attemptId: string | null;
}

interface Probed {
  readonly name: string;
  readonly row: ApplicationRows;
  readonly jwksUrl: string;
  /** Of the last refusal of a token. */
  readonly messageId: string | null;
}

export function probeView(probe: ProbeRow | null, probed: Probed): DoctorReport['probe'] {
  if (probe === null || probe.checkedAt === null) return null;
  const { checkedAt, checkedBy, reads, limits, code, since } = probe;
  return {
    at: checkedAt.toISOString(),
    by: checkedBy ?? '',
    asked: askedOf(probe),
    reads: reads.filter((read) => read !== CIS2),
    limits: shownLimits(limits).map(textOf),
    finding:
      code === null
        ? null
        : {
            code,
            ...wordsOf(code),
            since: (since ?? checkedAt).toISOString(),
            values: valuesToSend(probe, probed),
          },
  };
}

/** Whether nothing that the last probe found stands in the way. An outage passes by itself. */
export const isProbeClear = (probe: DoctorReport['probe']): boolean =>
  probe === null || probe.finding === null || PASSING.has(probe.finding.code);

const WITHOUT_TOKEN: readonly string[] = ['not-asked', 'open'];
/** As `reads` has it: a token request that NHS CIS2 is bound to reject, for what it says of the client. */
const CIS2 = 'CIS2';

/** What NHS England was asked for, in words. */
function askedOf({ reads, limits }: Pick<ProbeRow, 'reads' | 'limits'>): string[] {
  const asked = reads.map((read) => (read === CIS2 ? 'a token of NHS CIS2' : read));
  return limits.some((limit) => WITHOUT_TOKEN.includes(limit)) ? asked : ['a token', ...asked];
}

/** Where nothing was asked, what would not have been asked either says nothing more. */
const shownLimits = (limits: string[]): string[] => (limits.includes('not-asked') ? ['not-asked'] : limits);

/** A limit of another version is shown as it is. */
function textOf(limit: string): string {
  return Object.hasOwn(PROBE_LIMITS, limit) ? PROBE_LIMITS[limit as keyof typeof PROBE_LIMITS] : limit;
}

function wordsOf(code: string) {
  const { whatIsWrong, whatToDo, whoActs } = findingOf(code);
  return { whatIsWrong, whatToDo, whoActs };
}

function valuesToSend(
  { attemptId, checkedAt }: ProbeRow,
  { name, row, jwksUrl, messageId }: Probed,
): { name: string; value: string }[] {
  const values: readonly (readonly [name: string, value: string | null | undefined])[] = [
    ['APIM application', name],
    ['APIM application id', row.apimApplicationId],
    ['environment', row.environmentName],
    ['organisation', row.bindings.map(({ odsCode }) => odsCode).join(', ')],
    ['asid', row.asid],
    ['jwks-resource-url', jwksUrl],
    ['time', checkedAt?.toISOString()],
    ['X-Correlation-ID', attemptId],
    // A read was answered, so its token was issued.
    ['message id', attemptId === null ? messageId : null],
  ];
  return values.flatMap(([label, value]) =>
    value === null || value === undefined || value === '' ? [] : [{ name: label, value }],
  );
}
