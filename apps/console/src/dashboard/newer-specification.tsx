/** What the newest recorded e-RS specification changes, in words. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { moment } from '../parts/dates.js';
import { Loaded } from '../parts/load-state.js';

type Comparison = NonNullable<AnswerOf<'catalogueComparisonShow'>['comparison']>;

export default function NewerSpecification() {
  const query = useQuery({
    queryKey: ['catalogue-comparison'],
    queryFn: () => callRoute('catalogueComparisonShow', {}),
  });
  return (
    <Loaded query={query}>
      {({ comparison }) => (comparison === null ? null : <Differences {...comparison} />)}
    </Loaded>
  );
}

function Differences({ differences, remarks, recordedBy, recordedAt }: Comparison) {
  return (
    <>
      <Box
        component="ul"
        aria-label="What is different"
        sx={{ m: 0, mb: 1, pl: 2.5, overflowWrap: 'anywhere' }}
      >
        {differences.map(({ operationId, interaction, aspect, text }) => (
          <Typography component="li" variant="body2" key={`${operationId} ${aspect}`}>
            {interaction}: {text}
          </Typography>
        ))}
      </Box>
      {remarks.map((remark) => (
        <Typography variant="body2" color="text.secondary" key={remark}>
          Remark: {remark}
        </Typography>
      ))}
      <Typography variant="body2" color="text.secondary">
        Recorded by {recordedBy} on {moment(recordedAt)}.
      </Typography>
    </>
  );
}
