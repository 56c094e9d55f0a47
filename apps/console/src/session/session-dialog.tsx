import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
} from '@mui/material';
import { useId, useState } from 'react';
import { useLogout } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { clockTime } from '../parts/dates.js';

interface Props {
  readonly endsAt: string;
  /** Looks at the end again. */
  readonly look: () => Promise<unknown>;
}

/** An alert dialog: neither Escape nor a click beside it closes it, because the session would end all the same. */
export default function SessionDialog({ endsAt, look }: Props) {
  const [titleId, textId] = [useId(), useId()];
  const [problem, setProblem] = useState<string | null>(null);
  const [isKept, setKept] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const logout = useLogout();
  const keep = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await callRoute('sessionShow', {});
      setKept(true);
      await look();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog open role="alertdialog" aria-labelledby={titleId} aria-describedby={textId}>
      <DialogTitle id={titleId}>Your session is about to end</DialogTitle>
      <DialogContent>
        <DialogContentText id={textId}>
          {isKept
            ? `You will be signed out at ${clockTime(endsAt)}. A session lasts at most 8 hours, so it can’t be extended any further. Save what you are doing, then sign in again.`
            : `You have not done anything for a while, so you will be signed out at ${clockTime(endsAt)}. What you have entered and not saved will be lost.`}
        </DialogContentText>
        {problem === null ? null : <Alert severity="error">{problem}</Alert>}
      </DialogContent>
      <DialogActions>
        <Button onClick={() => void logout()}>Sign out</Button>
        {isKept ? null : (
          <Button variant="contained" autoFocus disabled={isBusy} onClick={() => void keep()}>
            Stay signed in
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
