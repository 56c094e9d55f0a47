import { Alert, Box, Button, Link, Typography } from '@mui/material';
import { signInUrl } from '../../api/auth-provider.js';
import type { ProblemError } from '../../api/problem-error.js';
import { isOfFieldsAlone, type NamedFault } from './faults.js';
import { focusField, SUMMARY } from './focus-first-fault.js';

interface Props {
  readonly problem: ProblemError;
  /** What the fields of the form show. Several are summarised, as the NHS design system does. */
  readonly faults?: readonly NamedFault[];
  /** Closes the form and reads the record again; for forms that edit one. */
  readonly onReload?: () => void;
}

/** Why a form was not accepted, above its fields. What was typed stays in them. */
export function FormProblem({ problem, faults = [], onReload }: Props) {
  const isSummary = faults.length > 1;
  return (
    <Alert
      severity="error"
      sx={{ mb: 1 }}
      {...(isSummary && { [SUMMARY]: '', tabIndex: -1 })}
      action={
        problem.isStale && onReload !== undefined ? (
          <Button color="inherit" onClick={onReload}>
            Reload
          </Button>
        ) : null
      }
    >
      {isSummary ? (
        <>
          <Typography sx={{ fontWeight: 600 }}>There is a problem</Typography>
          {isOfFieldsAlone(problem) ? null : problem.message}
          <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
            {faults.map(({ name, text }) => (
              <li key={name}>
                <Link
                  component="button"
                  type="button"
                  color="inherit"
                  sx={{ minHeight: 24, textAlign: 'start', font: 'inherit' }}
                  onClick={({ currentTarget }) => {
                    focusField(currentTarget.closest('form'), name);
                  }}
                >
                  {text}
                </Link>
              </li>
            ))}
          </Box>
        </>
      ) : problem.isSignedOut ? (
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
