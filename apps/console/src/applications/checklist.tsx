import { Alert, Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { Copyable } from '../parts/copyable.js';
import { Facts } from '../parts/facts.js';
import { StateChip } from '../parts/state-chip.js';

/** What stands between an application and its first call, in order, with the values to ask NHS England for. */
export function Checklist({ application }: { readonly application: string }) {
  const { data, error } = useQuery({
    queryKey: ['checklist', application],
    queryFn: () => callRoute('applicationChecklist', { params: { id: application } }),
  });
  if (error) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Checking …</Typography>;
  return (
    <>
      <Alert severity={data.ready ? 'success' : 'info'} sx={{ mb: 1 }}>
        {data.ready ? 'Nothing is missing.' : 'Do the open steps in this order.'}
      </Alert>
      <Box component="ol" sx={{ pl: 3, m: 0 }}>
        {data.steps.map(({ title, done, whoActs, whatToDo, values }) => (
          <Box component="li" key={title} sx={{ mb: 1 }}>
            <strong>{title}</strong> <StateChip state={done ? 'done' : 'open'} />
            {done ? null : (
              <Typography color="text.secondary">
                {whoActs}: {whatToDo}
              </Typography>
            )}
            {values.length === 0 ? null : (
              <Facts
                facts={values.map(({ name, value, known }) => [
                  name,
                  known ? <Copyable key={name} text={value} what={name} /> : value,
                ])}
              />
            )}
          </Box>
        ))}
      </Box>
    </>
  );
}
