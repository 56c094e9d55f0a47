/** The bell in the bar: how many notices are unread, and the newest of them. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import NotificationsIcon from '@mui/icons-material/Notifications';
import { Badge, Box, Button, IconButton, Link, Popover, Typography } from '@mui/material';
import { useId, useState } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { Age } from '../parts/time/moment.js';
import { FOR_SCREEN_READERS } from '../layout/for-screen-readers.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';
import { useBell, useMarkRead } from './use-bell.js';

type BellAnswer = AnswerOf<'ownNoticeBell'>;

export function Bell() {
  const query = useBell();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const titleId = useId();
  const unread = query.data?.unread ?? 0;
  const close = (): void => {
    setAnchor(null);
  };
  if (!useMay('ownNoticeBell')) return null;
  return (
    <>
      <IconButton
        color="inherit"
        aria-label={unread === 0 ? 'Notices' : `Notices: ${countOf(unread)} unread`}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => {
          setAnchor(currentTarget);
        }}
      >
        <Badge badgeContent={unread} max={99} color="error">
          <NotificationsIcon />
        </Badge>
      </IconButton>
      <Box role="status" sx={FOR_SCREEN_READERS}>
        {unread === 0 ? '' : `${countOf(unread)} unread ${unread === 1 ? 'notice' : 'notices'}`}
      </Box>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={close}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{
          paper: {
            role: 'dialog',
            'aria-labelledby': titleId,
            sx: { width: '24rem', maxWidth: '95vw', p: 2 },
          },
        }}
      >
        <Typography id={titleId} variant="h2" gutterBottom>
          Unread notices
        </Typography>
        <Loaded query={query}>{(data) => <Newest {...data} close={close} />}</Loaded>
        <Button component={RouterLink} to="/notices" onClick={close}>
          Show all notices
        </Button>
      </Popover>
    </>
  );
}

/** The gateway counts to 100. */
const countOf = (unread: number): string => (unread > 99 ? 'more than 99' : String(unread));

function Newest({ unread, newest, close }: BellAnswer & { readonly close: () => void }) {
  const markRead = useMarkRead();
  const nowMs = Date.now();
  if (unread === 0) return <Typography>You have read every notice.</Typography>;
  return (
    <>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {newest.map(({ id, title, createdAt }) => (
          <Box component="li" key={id} sx={{ py: 0.75, borderBottom: 1, borderColor: 'divider' }}>
            <Link
              component={RouterLink}
              to={`/notices/${id}/show`}
              onClick={close}
              sx={{ overflowWrap: 'anywhere' }}
            >
              {title}
            </Link>
            <Typography variant="body2" color="text.secondary">
              <Age at={createdAt} nowMs={nowMs} />
            </Typography>
          </Box>
        ))}
      </Box>
      <Button onClick={() => void markRead(newest.map(({ id }) => id))}>
        Mark {newest.length === 1 ? 'it' : `these ${counted(newest.length, 'notice')}`} as read
      </Button>
    </>
  );
}
