import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { moment } from '../parts/day.js';
import { Diff } from '../parts/diff.js';

export type HistoryEntry = AnswerOf<'historyList'>['items'][number];

interface Props {
  readonly entry: HistoryEntry;
  /** What changed is shown on demand. */
  readonly folded?: true;
}

/** One row of the registry as it was and as it became: who, when, why and from where. */
export function Entry({ entry, folded }: Props) {
  const { at, actor, origin, reason, version, ...row } = entry;
  return (
    <Box component="article" sx={{ mb: 3 }}>
      <Typography sx={{ overflowWrap: 'anywhere' }}>
        <strong>{moment(at)}</strong>, {actor}
        {reason === null ? null : <>: {reason}</>}
      </Typography>
      <Typography color="text.secondary" variant="body2" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
        Version {version}
        {origin === null ? null : <>, {origin}</>}; {row.key}
      </Typography>
      {folded === true ? (
        <details>
          <summary>What changed: {row.table.replaceAll('_', ' ')}</summary>
          <Diff rows={[row]} done />
        </details>
      ) : (
        <Diff rows={[row]} done />
      )}
    </Box>
  );
}
