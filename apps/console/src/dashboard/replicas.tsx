/** The processes of Gatehouse: one line when all are well, and what is wrong when they are not. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { useLive } from '../api/use-live.js';
import { moment, shortMoment } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { sentenceCase } from '../parts/words.js';
import { replicasInShort } from './replica-words.js';

/** A column that a telephone has no room for. */
const NARROW_WITHOUT = { display: { xs: 'none', sm: 'table-cell' } };

type Replica = AnswerOf<'replicaList'>['replicas'][number];

export default function Replicas() {
  const maySeeJobs = useMay('jobList');
  const query = useLive(['replicas'], 'replicaList', {});
  return (
    <Loaded query={query}>
      {({ replicas, overdueJobs }) => {
        if (replicas.length === 0) return null;
        const isWell = replicas.every(({ state }) => state === 'well');
        const table = <ReplicaTable replicas={replicas} />;
        if (isWell && overdueJobs.length === 0)
          return (
            <Box component="details" sx={{ mb: 2, overflowX: 'auto' }}>
              <summary>{replicasInShort(replicas)}</summary>
              {table}
            </Box>
          );
        return (
          <Section title="Gatehouse itself">
            <Typography>{replicasInShort(replicas)}</Typography>
            {overdueJobs.length === 0 ? null : (
              <Typography>
                Background jobs that are overdue:{' '}
                {maySeeJobs ? (
                  <Link component={RouterLink} to="/jobs">
                    {overdueJobs.join(', ')}
                  </Link>
                ) : (
                  overdueJobs.join(', ')
                )}
              </Typography>
            )}
            {table}
          </Section>
        );
      }}
    </Loaded>
  );
}

function ReplicaTable({ replicas }: { readonly replicas: readonly Replica[] }) {
  return (
    <Table size="small" sx={{ maxWidth: '60rem', '& td, & th': { px: 0.75 } }}>
      <Box component="caption" sx={{ captionSide: 'bottom' }}>
        Each replica reports every ten seconds.
      </Box>
      <TableHead>
        <TableRow>
          <TableCell>Roles</TableCell>
          <TableCell>Version</TableCell>
          <TableCell>State</TableCell>
          <TableCell sx={NARROW_WITHOUT}>Started</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {replicas.map(({ id, roles, version, state, faults, startedAt, seenAt }) => (
          <TableRow key={id}>
            <TableCell component="th" scope="row">
              {roles.join(', ')}
            </TableCell>
            <TableCell>{version}</TableCell>
            <TableCell sx={{ overflowWrap: 'anywhere' }}>
              <StateTag state={state} />
              {state === 'silent' ? (
                <Typography variant="body2">Last report: {moment(seenAt)}</Typography>
              ) : (
                faults.map((fault) => (
                  <Typography key={fault} variant="body2">
                    {sentenceCase(fault)}
                  </Typography>
                ))
              )}
            </TableCell>
            <TableCell sx={NARROW_WITHOUT}>{shortMoment(startedAt)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
