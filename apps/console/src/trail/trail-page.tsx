import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { pollRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { moment, shortMoment } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { type Column, RecordRows } from '../parts/list/record-rows.js';
import { Loaded } from '../parts/load-state.js';
import { PageTitle } from '../parts/page-title.js';
import { counted } from '../parts/words.js';
import { TrailArchive } from './trail-archive.js';
import { TrailRetention } from './trail-retention.js';
import { TrailVerification } from './trail-verification.js';

type Trail = AnswerOf<'trailShow'>;
type Chain = Trail['chains'][number];
type Checkpoints = NonNullable<Trail['checkpoints']>;

const REFRESH_MS = 30_000;

const PHASES: Readonly<Record<Chain['phase'], string>> = {
  writing: 'Written to',
  'lease over': 'Its process is gone or cut off; a worker will end it',
  sweeping: 'Open attempts are being closed',
  ended: 'Ended',
};

/** Whether the trail is whole: how far it is verified, its chains, and how far signed checkpoints cover them. */
export default function TrailPage() {
  const query = useQuery({
    queryKey: ['trail'],
    queryFn: () => pollRoute('trailShow', {}),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <PageTitle>State of the audit trail</PageTitle>
      <Typography variant="h1" gutterBottom sx={{ pt: 2 }}>
        State of the audit trail
      </Typography>
      <Loaded query={query}>{(trail) => <TrailState {...trail} />}</Loaded>
    </>
  );
}

function TrailState(trail: Trail) {
  const { checkpoints, chains, chainCount, records, monthsAhead, streams, archive, verification } = trail;
  const behind = chains.filter(({ isBehind }) => isBehind).length + (checkpoints?.missing.length ?? 0);
  return (
    <>
      <Verdict checkpoints={checkpoints} behind={behind} />
      <TrailVerification {...verification} records={records} />
      <Section title="Checkpoints">
        {checkpoints === null ? (
          <Typography>
            A checkpoint is a signed statement of where the chains stand, stored outside the database each
            minute. GATEHOUSE_CHECKPOINT_KMS_KEY and GATEHOUSE_CHECKPOINTS turn checkpoints on.
          </Typography>
        ) : (
          <CheckpointFacts {...checkpoints} />
        )}
      </Section>
      <TrailArchive {...archive} isOn={checkpoints !== null} />
      <TrailRetention />
      <Section title="Stream to a collector">
        {streams.length === 0 ? (
          <Typography>
            A collector, such as a security team’s, can be sent each record as it is written.
            GATEHOUSE_AUDIT_STREAM names it.
          </Typography>
        ) : (
          <Facts facts={streams.map((stream) => [stream.place, streamWords(stream)] as const)} />
        )}
      </Section>
      <Section title="Chains">
        <Typography sx={{ mb: 1 }}>
          Each process that records has its own chain.{' '}
          {chainCount === 0
            ? 'Nothing has been recorded yet.'
            : `The trail has ${counted(records, 'record')} in ${counted(chainCount, 'chain')}.`}{' '}
          Partitions are ready for the next {monthsAhead === 1 ? 'month' : `${monthsAhead} months`}.
        </Typography>
        {chainCount === 0 ? null : (
          <RecordRows<Chain>
            columns={COLUMNS}
            data={chains.map((chain): ConsoleRecord => ({ ...chain, id: chain.writer }))}
          />
        )}
        {chainCount > chains.length ? (
          <Typography sx={{ mt: 1 }}>
            The other {counted(chainCount - chains.length, 'chain')} have ended.
          </Typography>
        ) : null}
      </Section>
      <Section title="Check it yourself">
        <Typography>
          “gatehouse audit export” writes the trail to a file, and “gatehouse verify” checks each record, each
          chain and the checkpoints without this server.
        </Typography>
      </Section>
    </>
  );
}

function Verdict({ checkpoints, behind }: Pick<Trail, 'checkpoints'> & { readonly behind: number }) {
  if (checkpoints === null)
    return (
      <Alert severity="warning" role="status" sx={{ mb: 2 }}>
        No checkpoint has been made. Somebody who can write to the database as its superuser could rewrite the
        end of a chain unnoticed.
      </Alert>
    );
  if (behind > 0)
    return (
      <Alert severity="error" role="status" sx={{ mb: 2 }}>
        {behind === 1 ? 'One chain has' : `${behind} chains have`} fewer or other records than a checkpoint
        covers. The database was restored, a fail-over lost commits, or somebody changed it. The runbook
        GatehouseTrailBehindCheckpoint says what to do.
      </Alert>
    );
  return (
    <Alert severity="success" role="status" sx={{ mb: 2 }}>
      Every chain has at least what the checkpoints cover. {counted(checkpoints.uncovered, 'record')} of the
      last minutes {checkpoints.uncovered === 1 ? 'is' : 'are'} not covered yet.
    </Alert>
  );
}

function CheckpointFacts({ sequence, madeAt, lastBehind, missing, places }: Checkpoints) {
  return (
    <Facts
      facts={[
        ['Newest', <CheckpointName key="newest" sequence={sequence} madeAt={madeAt} />],
        [
          'Last time a chain was behind',
          lastBehind === null ? 'Never' : <CheckpointName key="behind" {...lastBehind} />,
        ],
        ...(missing.length === 0 ? [] : [['Chains that are gone', missing.join(', ')] as const]),
        ...(places.length === 0 ? [['Stored in', 'No place yet'] as const] : []),
        ...places.map(
          ({ place, sequence: stored, storedAt, lacks }) =>
            [
              `Stored in ${place}`,
              <Fragment key={place}>
                Up to number {stored}, <Moment at={storedAt} />
                {lacks === 0 ? null : `; it lacks ${lacks}`}
              </Fragment>,
            ] as const,
        ),
      ]}
    />
  );
}

function CheckpointName({ sequence, madeAt }: NonNullable<Checkpoints['lastBehind']>) {
  return (
    <>
      Number {sequence}, <Moment at={madeAt} />
    </>
  );
}

function streamWords({ waiting, completeAt, failing }: Trail['streams'][number]): string {
  const state =
    waiting === 0 ? 'It has every record.' : `It has not taken ${counted(waiting, 'record')} yet.`;
  const complete =
    completeAt === null
      ? 'It has never had every record.'
      : `It last had every record on ${moment(completeAt)}.`;
  if (failing !== null)
    return `${state} Sending to it has failed since ${moment(failing.since)}: ${failing.cause}.`;
  return waiting === 0 ? state : `${state} ${complete}`;
}

const COLUMNS: readonly Column<Chain>[] = [
  { label: 'Chain', value: ({ writer }) => writer },
  { label: 'Runs on', value: ({ host }) => host },
  { label: 'Started', value: ({ startedAt }) => shortMoment(startedAt) },
  { label: 'State', value: ({ phase, isBehind }) => (isBehind ? 'Behind a checkpoint' : PHASES[phase]) },
  { label: 'Records', value: ({ records }) => records },
  { label: 'Verified up to', value: ({ verifiedTo }) => verifiedTo },
  { label: 'Verified', value: ({ verifiedAt }) => shortMoment(verifiedAt) },
  { label: 'Not covered yet', value: ({ uncovered }) => uncovered },
];
