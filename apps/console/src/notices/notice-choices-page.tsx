import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Card, CardContent, FormControlLabel, Switch, Typography } from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import { PageTitle } from '../parts/page-title.js';

type Choice = AnswerOf<'noticeChoiceList'>['items'][number];

const CHOICES = ['notices', 'choices'];

/** Which kinds of notices a person receives by email. Each switch takes effect at once. */
export default function NoticeChoicesPage() {
  const query = useQuery({ queryKey: CHOICES, queryFn: () => callRoute('noticeChoiceList', {}) });
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>How I am notified</PageTitle>
      <Typography variant="h1" sx={{ mb: 1 }}>
        How I am notified
      </Typography>
      <Typography sx={{ mb: 2, maxWidth: '44rem' }}>
        <PageLink to="/notices">Your notices</PageLink> are always in the console. Choose which of them you
        also receive by email, and by “gatehouse notices choose” which of them once a day. A change takes
        effect immediately.
      </Typography>
      <Card>
        <CardContent>
          <Loaded query={query}>
            {({ items }) => items.map((choice) => <KindChoice key={choice.kind} {...choice} />)}
          </Loaded>
        </CardContent>
      </Card>
    </Box>
  );
}

function KindChoice({ kind, label, description, email, daily }: Choice) {
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (wanted: boolean) =>
      callRoute('noticeChoiceSet', { params: { kind }, body: { email: wanted } }),
    onSettled: () => queries.invalidateQueries({ queryKey: CHOICES }),
  });
  const descriptionId = `about-${kind}`;
  return (
    <Box sx={{ py: 1, borderBottom: 1, borderColor: 'divider' }}>
      <FormControlLabel
        label={label}
        control={
          <Switch
            checked={email}
            disabled={isPending}
            slotProps={{ input: { 'aria-describedby': descriptionId } }}
            onChange={({ target }) => {
              mutate(target.checked);
            }}
          />
        }
      />
      <Typography id={descriptionId} variant="body2" color="text.secondary">
        {description} {daily ? 'You receive these once a day.' : ''}
      </Typography>
      {error === null ? null : <Alert severity="error">{messageOf(error)}</Alert>}
    </Box>
  );
}
