import type { AnswerOf } from '@gatehouse/contracts/routes';
import {
  Alert,
  Box,
  Card,
  CardContent,
  FormControl,
  FormControlLabel,
  FormLabel,
  Radio,
  RadioGroup,
  Typography,
} from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import { PageTitle } from '../parts/page-title.js';

type Choice = AnswerOf<'noticeChoiceList'>['items'][number];

const CHOICES = ['notices', 'choices'];

interface When {
  readonly label: string;
  readonly body: { readonly email: boolean; readonly daily: boolean };
  /** What holds once it is saved. */
  readonly done: string;
}

const WHEN: readonly When[] = [
  {
    label: 'At once',
    body: { email: true, daily: false },
    done: 'You receive an email for each of these notices at once.',
  },
  {
    label: 'Daily digest',
    body: { email: true, daily: true },
    done: 'You receive these notices in one email a day, at 8 in the morning in London.',
  },
  {
    label: 'Never',
    body: { email: false, daily: false },
    done: 'You receive no email for these notices. They stay in the console.',
  },
];

/** Which kinds of notices a person receives by email, and when. Each choice takes effect at once. */
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
        also receive by email: at once, or in a daily digest, which is one email at 8 in the morning in
        London. Each choice is saved immediately.
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
  const { mutate, variables, isPending, isSuccess, error } = useMutation({
    mutationFn: ({ body }: When) => callRoute('noticeChoiceSet', { params: { kind }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: CHOICES }),
  });
  const chosen = WHEN.find(({ body }) => body.email === email && body.daily === daily);
  const descriptionId = `about-${kind}`;
  return (
    <FormControl
      component="fieldset"
      disabled={isPending}
      aria-describedby={descriptionId}
      sx={{ display: 'block', py: 1, borderBottom: 1, borderColor: 'divider' }}
    >
      <FormLabel component="legend" sx={{ color: 'text.primary' }}>
        {label}
      </FormLabel>
      <Typography id={descriptionId} variant="body2" color="text.secondary">
        {description}
      </Typography>
      <RadioGroup
        row
        name={kind}
        value={(isPending ? variables : chosen)?.label ?? ''}
        onChange={(_, value) => {
          const wanted = WHEN.find((when) => when.label === value);
          if (wanted !== undefined) mutate(wanted);
        }}
      >
        {WHEN.map((when) => (
          <FormControlLabel key={when.label} value={when.label} label={when.label} control={<Radio />} />
        ))}
      </RadioGroup>
      <Typography role="status" variant="body2">
        {isSuccess ? `Saved. ${chosen?.done ?? ''}` : ''}
      </Typography>
      {error === null ? null : <Alert severity="error">{messageOf(error)}</Alert>}
    </FormControl>
  );
}
