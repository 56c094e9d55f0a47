/** Prints the page without the menu, the bar and its buttons, and says on paper who printed it and when. */
import Print from '@mui/icons-material/Print';
import { Button, GlobalStyles, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useSession } from '../api/use-session.js';
import { moment } from '../parts/dates.js';

/** What the page says, without what can be pressed. */
const ON_PAPER = {
  '@media print': {
    [[
      '.MuiAppBar-root, .MuiDrawer-root, .RaSidebar-fixed, .RaList-actions, .RaFilterForm-root',
      '.MuiButton-root, .MuiIconButton-root, .MuiPagination-root',
    ].join()]: { display: 'none !important' },
    'body, .RaLayout-content': { backgroundColor: 'transparent !important', padding: '0 !important' },
    '.RaLayout-appFrame': { marginTop: '0 !important' },
    '.MuiCard-root': { overflow: 'visible !important', border: 'none !important' },
    'details::details-content': { contentVisibility: 'visible', blockSize: 'auto' },
    'tr, li, dl > div': { breakInside: 'avoid' },
    'h1, h2, h3': { breakAfter: 'avoid' },
  },
};

export function PrintButton() {
  const [nowMs, setNowMs] = useState(() => Date.now());
  const person = useSession()?.person;
  useEffect(() => {
    const update = (): void => {
      flushSync(() => {
        setNowMs(Date.now());
      });
    };
    window.addEventListener('beforeprint', update);
    return () => {
      window.removeEventListener('beforeprint', update);
    };
  }, []);
  return (
    <>
      <GlobalStyles styles={ON_PAPER} />
      <Button
        size="small"
        variant="outlined"
        startIcon={<Print />}
        onClick={() => {
          window.print();
        }}
      >
        Print this page
      </Button>
      <Typography sx={{ display: 'none', '@media print': { display: 'block', mb: 2 } }}>
        Printed from Gatehouse on {moment(new Date(nowMs).toISOString())}, London time
        {person === undefined ? '' : `, by ${person.name}`}.
      </Typography>
    </>
  );
}
