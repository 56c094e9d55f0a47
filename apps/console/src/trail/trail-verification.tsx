import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { pollRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { moment, shortMoment } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { type Column, RecordRows } from '../parts/list/record-rows.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';

type Verification = AnswerOf<'trailShow'>['verification'];
type Run = AnswerOf<'verificationList'>['items'][number];

const RUNS_SHOWN = 10;
const REFRESH_MS = 30_000;

/** How far the trail is verified, when and by whom, and what is wrong with it. */
export function TrailVerification(props: Verification & { readonly records: number }) {
  const { faults, lastRunAt, lastRunBy, unverified, whole, wholeUnderWay, records } = props;
  return (
    <Section title="Verification">
      <Faults faults={faults} isVerified={lastRunAt !== null} />
      <Facts
        facts={[
          ['Verified', `${(records - unverified).toLocaleString('en-GB')} of ${counted(records, 'record')}`],
          [
            'Last run',
            lastRunAt === null ? 'None yet' : `${moment(lastRunAt)}, ${requestedWords(lastRunBy)}`,
          ],
          [
            'Whole trail verified',
            whole === null
              ? 'Not yet'
              : `${moment(whole.begunAt)} to ${moment(whole.endedAt)}, ${requestedWords(whole.requestedBy)}`,
          ],
          ...(wholeUnderWay === null
            ? []
            : [
                [
                  'Whole trail being verified',
                  `Since ${moment(wholeUnderWay.begunAt)}, ${requestedWords(wholeUnderWay.requestedBy)}`,
                ] as const,
              ]),
        ]}
      />
      {wholeUnderWay === null ? (
        <RouteDialog
          route="verificationRequest"
          label="Verify the whole trail"
          intro="A worker reads every record again, from the first one of each chain on. Requests are served meanwhile."
          fields={[{ ...REASON_REQUIRED, help: 'Kept in the audit trail' }]}
          done="A worker verifies the whole trail as soon as one is free."
        />
      ) : null}
      <Runs />
    </Section>
  );
}

function Faults({ faults, isVerified }: Pick<Verification, 'faults'> & { readonly isVerified: boolean }) {
  if (!isVerified) return null;
  if (faults.length === 0)
    return (
      <Alert severity="success" role="status" sx={{ mb: 2 }}>
        Nothing that was verified is missing or was changed.
      </Alert>
    );
  return (
    <Alert severity="error" role="status" sx={{ mb: 2 }}>
      The audit trail is not what was written. The runbook GatehouseTrailFault says what to do.
      {faults.map((fault) => (
        <Typography key={`${fault.writer} ${fault.seq} ${fault.fault}`} variant="body2">
          {faultText(fault)} Found <Moment at={fault.foundAt} />.
        </Typography>
      ))}
    </Alert>
  );
}

function Runs() {
  const query = useQuery({
    queryKey: ['trail-verifications'],
    queryFn: () => pollRoute('verificationList', { query: { limit: RUNS_SHOWN } }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <Typography variant="h3" sx={{ mt: 2, mb: 1 }}>
        Last runs
      </Typography>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography>No run has ended yet.</Typography>
          ) : (
            <RecordRows<Run> columns={COLUMNS} data={items.map((run): ConsoleRecord => ({ ...run }))} />
          )
        }
      </Loaded>
    </>
  );
}

const COLUMNS: readonly Column<Run>[] = [
  { label: 'Began', value: ({ beganAt }) => shortMoment(beganAt) },
  { label: 'Ended', value: ({ endedAt }) => shortMoment(endedAt) },
  {
    label: 'Requested by',
    value: ({ requestedBy }) => (requestedBy === 'schedule' ? 'Schedule' : requestedBy),
  },
  { label: 'Verified', value: scopeText },
  { label: 'Records', value: ({ records }) => records },
  { label: 'Checkpoint', value: ({ checkpoint }) => checkpoint ?? 'None' },
  { label: 'Result', value: resultText },
];

function scopeText({ scope, completes }: Run): string {
  if (scope === 'new') return 'New records';
  return completes ? 'The whole trail' : 'A part of the whole trail';
}

function resultText({ faults, firstFault }: Run): string {
  if (firstFault === null) return 'No fault';
  return `${counted(faults, 'chain')} with a fault. ${faultText(firstFault)}`;
}

const faultText = ({ writer, seq, text }: NonNullable<Run['firstFault']>): string =>
  `Chain ${writer}, at record ${seq}: ${text}.`;

const requestedWords = (by: string | null): string =>
  by === 'schedule' ? 'by schedule' : `requested by ${by ?? ''}`;
