import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { moment } from '../parts/day.js';
import { Diff } from '../parts/diff.js';

export type HistoryEntry = AnswerOf<'historyList'>['items'][number];

/** One row of the registry as it was and as it became: who, when, why and from where. */
export function Entry({ entry }: { readonly entry: HistoryEntry }) {
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
      <Diff rows={[row]} done />
    </Box>
  );
}
