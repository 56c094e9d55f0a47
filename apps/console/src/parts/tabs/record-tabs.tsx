/**
 * The page of a record in parts, of which one is shown and loaded. Its name is in the address: `/show/keys`. With MUI’s
 * tabs, since the panels of react-admin’s have no role.
 */
import { Box, Tab, Tabs } from '@mui/material';
import { type ReactNode, useId } from 'react';
import { useResourceContext } from 'react-admin';
import { useNavigate, useParams } from 'react-router-dom';

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
}

export function RecordTabs({ label, tabs }: Props) {
  const { id = '', '*': asked = '' } = useParams();
  const resource = useResourceContext() ?? '';
  const navigate = useNavigate();
  const prefix = useId();
  const shown = tabs.find(({ path }) => path === asked) ?? tabs[0];
  const page = `/${resource}/${encodeURIComponent(id)}/show`;
  const idOf = (path: string): string => `${prefix}-${path}`;
  return (
    <>
      <Tabs
        value={shown.path}
        onChange={(_, path: string) => void navigate(path === '' ? page : `${page}/${path}`)}
        aria-label={label}
        variant="scrollable"
        sx={{ mb: 2, borderBottom: 1, borderColor: 'divider' }}
      >
        {tabs.map(({ path, label: text }) => (
          <Tab
            key={path}
            value={path}
            label={text}
            id={idOf(path)}
            {...(path === shown.path ? { 'aria-controls': `${prefix}panel` } : {})}
          />
        ))}
      </Tabs>
      <Box role="tabpanel" id={`${prefix}panel`} aria-labelledby={idOf(shown.path)}>
        {shown.content()}
      </Box>
    </>
  );
}
