/** “Does it work?” for a row of a list. All rows of the page are asked about in one request, after the list is shown. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useListContext } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { age, exactMoment, NONE } from '../parts/dates.js';
import { StateTag } from '../parts/state-tag.js';

type Health = AnswerOf<'healthShow'>['items'][number];

interface Props {
  readonly of: 'applications' | 'organisations';
  readonly id: string;
}

export function HealthCell({ of, id }: Props) {
  const { data = [] } = useListContext<ConsoleRecord>();
  const ids = data.map((record) => record.id).join(',');
  const { data: answer, isError } = useQuery({
    queryKey: ['health', of, ids],
    queryFn: () => callRoute('healthShow', { query: { [of]: ids } }),
    enabled: ids !== '',
  });
  if (isError) return <>Not known</>;
  if (answer === undefined) return <>…</>;
  const health = answer.items.find((each) => each.id === id);
  return health === undefined ? <>{NONE}</> : <HealthWords {...health} />;
}

function HealthWords({ health, reason, code, at }: Health) {
  const detail =
    (health === 'never called' ? 'in the last 90 days' : (reason ?? '')) +
    (reason !== null && at !== null && code !== null ? ` (${code})` : '');
  const since = at === null ? '' : `${detail === '' ? '' : ', '}${age(at, Date.now())}`;
  return (
    <Box
      component="span"
      sx={{
        display: 'flex',
        flexWrap: { xs: 'wrap', md: 'nowrap' },
        columnGap: 1,
        alignItems: 'center',
        '& > .MuiChip-root': { flexShrink: 0 },
      }}
    >
      <StateTag state={health} />
      <Typography
        variant="body2"
        component="span"
        color="text.secondary"
        title={at === null ? detail : `${detail === '' ? '' : `${detail}, `}${exactMoment(at)}`}
        sx={{ overflow: 'hidden', textOverflow: 'ellipsis', minWidth: 0 }}
      >
        {detail}
        {since}
      </Typography>
    </Box>
  );
}
