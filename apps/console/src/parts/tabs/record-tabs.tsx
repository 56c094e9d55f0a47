/**
 * The page of a record in parts, of which one is shown and loaded. Its name is in the address: `/show/keys`. With MUI’s
 * tabs, since the panels of react-admin’s have no role.
 */
import { Box, Link, Tab, Tabs } from '@mui/material';
import { Fragment, type ReactNode, useId } from 'react';
import { useResourceContext } from 'react-admin';
import { Link as RouterLink, useNavigate, useParams } from 'react-router-dom';
import { PrintButton } from '../../layout/print-button.js';

interface RecordTab {
  /** Of the first one, nothing. */
  readonly path: string;
  readonly label: string;
  readonly content: () => ReactNode;
}

interface Props {
  /** Of the tabs together, for screen readers. */
  readonly label: string;
  readonly tabs: readonly [RecordTab, ...RecordTab[]];
  /** Offers every part on one page, for the printer. */
  readonly prints?: boolean;
}

/** Instead of the name of a part. */
const EVERY_PART = 'print';

export function RecordTabs({ label, tabs, prints = false }: Props) {
  const { id = '', '*': asked = '' } = useParams();
  const resource = useResourceContext() ?? '';
  const navigate = useNavigate();
  const prefix = useId();
  const page = `/${resource}/${encodeURIComponent(id)}/show`;
  const showsAll = prints && asked === EVERY_PART;
  const shown = tabs.find(({ path }) => path === asked) ?? tabs[0];
  const idOf = (path: string): string => `${prefix}-${path}`;
  return (
    <>
      <Tabs
        value={showsAll ? false : shown.path}
        onChange={(_, path: string) => void navigate(path === '' ? page : `${page}/${path}`)}
        aria-label={label}
        variant="scrollable"
        // At a zoom of 400 %, a mouse reaches the last tab by them.
        allowScrollButtonsMobile
        sx={{ mb: 2, borderBottom: 1, borderColor: 'divider', '@media print': { display: 'none' } }}
      >
        {tabs.map(({ path, label: text }) => (
          <Tab
            key={path}
            value={path}
            label={text}
            id={idOf(path)}
            {...(path === shown.path && !showsAll ? { 'aria-controls': `${prefix}panel` } : {})}
          />
        ))}
      </Tabs>
      {showsAll ? (
        <>
          <Box sx={{ mb: 2 }}>
            <PrintButton />
          </Box>
          {tabs.map(({ path, content }) => (
            <Fragment key={path}>{content()}</Fragment>
          ))}
        </>
      ) : (
        <>
          {prints ? (
            <Box sx={{ mb: 2, '@media print': { display: 'none' } }}>
              <Link component={RouterLink} to={`${page}/${EVERY_PART}`}>
                Show everything on one page, to print it
              </Link>
            </Box>
          ) : null}
          <Box role="tabpanel" id={`${prefix}panel`} aria-labelledby={idOf(shown.path)}>
            {shown.content()}
          </Box>
        </>
      )}
    </>
  );
}
