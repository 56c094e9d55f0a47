import { Alert, Button } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { saveFile } from '../parts/save-file.js';

/** Downloads what NHS England support asks for about a request. */
export function SupportBundle({ attemptId }: { readonly attemptId: string }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const bundle = await callRoute('auditSupportBundle', { params: { attemptId } });
      saveFile(`support-${attemptId}.json`, JSON.stringify(bundle, null, 2));
    },
  });
  if (!useMay('auditSupportBundle')) return null;
  return (
    <>
      <Button
        size="small"
        variant="outlined"
        disabled={isPending}
        onClick={() => {
          mutate();
        }}
      >
        Download for NHS England support
      </Button>
      {error === null ? null : (
        <Alert severity="error" sx={{ mt: 1 }}>
          {messageOf(error)}
        </Alert>
      )}
    </>
  );
}
