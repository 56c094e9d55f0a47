import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';

/** Asks for a new token and a read under the application. Not shown to people who may not. */
export function AskNhs({ applicationId }: { readonly applicationId: string }) {
  const queries = useQueryClient();
  const check = useMutation({
    mutationFn: () => callRoute('doctorAsk', { body: { application: applicationId } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['checklist', applicationId] }),
  });
  if (!useMay('doctorAsk')) return null;
  return (
    <Box sx={{ mb: 2 }}>
      <Button
        size="small"
        variant="outlined"
        disabled={check.isPending}
        onClick={() => {
          check.mutate();
        }}
      >
        Ask NHS England now
      </Button>
      <Box role="status">
        {check.isPending ? 'Requesting a token and reading reference data…' : null}
        {check.data === undefined ? null : <Result {...check.data.asked} />}
        {check.error === null ? null : <Alert severity="error">{messageOf(check.error)}</Alert>}
      </Box>
    </Box>
  );
}

type NhsAnswer = AnswerOf<'doctorAsk'>['asked'];

function Result({ refusal, isRead }: NhsAnswer) {
  if (refusal !== null)
    return (
      <Alert severity="error">
        {refusal.text} {refusal.whatToDo} Who must act: {refusal.whoActs}.
      </Alert>
    );
  return (
    <Alert severity="success">
      {isRead
        ? 'NHS England issued a token, and e-RS answered.'
        : 'NHS England knows the key of the application. No read was sent.'}
    </Alert>
  );
}
