import { Alert, Button, Link } from '@mui/material';
import { signInUrl } from '../../api/auth-provider.js';
import type { ProblemError } from '../../api/problem-error.js';

interface Props {
  readonly problem: ProblemError;
  /** Closes the form and reads the record again; for forms that edit one. */
  readonly onReload?: () => void;
}

/** Why a form was not accepted, above its fields. What was typed stays in them. */
export function FormProblem({ problem, onReload }: Props) {
  return (
    <Alert
      severity="error"
      sx={{ mb: 1 }}
      action={
        problem.isStale && onReload !== undefined ? (
          <Button color="inherit" onClick={onReload}>
            Reload
          </Button>
        ) : null
      }
    >
      {problem.isSignedOut ? (
        <>
          Your session has ended.{' '}
          <Link href={signInUrl('/')} target="_blank" rel="noreferrer" color="inherit">
            Sign in again in a new tab
          </Link>
          , then submit this form again. What you typed is still here.
        </>
      ) : (
        problem.message
      )}
    </Alert>
  );
}
