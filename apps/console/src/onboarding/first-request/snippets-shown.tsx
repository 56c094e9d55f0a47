import { Box, Tab, Tabs } from '@mui/material';
import { useState } from 'react';
import { CopyButton } from '../../parts/copyable.js';
import { type FirstRequest, SNIPPETS } from './snippets.js';

const NAMES = Object.keys(SNIPPETS);

/** The first request in the language that somebody chooses. */
export function SnippetsShown({ request }: { readonly request: FirstRequest }) {
  const [name, setName] = useState('curl');
  const text = SNIPPETS[name]?.(request) ?? '';
  return (
    <Box sx={{ my: 1 }}>
      <Tabs
        value={name}
        aria-label="Language"
        onChange={(_, chosen: string) => {
          setName(chosen);
        }}
      >
        {NAMES.map((each) => (
          <Tab key={each} value={each} label={each} id={`snippet-${each}`} sx={{ textTransform: 'none' }} />
        ))}
      </Tabs>
      <Box role="tabpanel" aria-labelledby={`snippet-${name}`} sx={{ display: 'flex', alignItems: 'start' }}>
        <Box
          component="pre"
          // What doesn’t fit is reached by keyboard too.
          tabIndex={0}
          sx={{
            m: 0,
            p: 1.5,
            flex: 1,
            minWidth: 0,
            overflowX: 'auto',
            bgcolor: 'action.hover',
            borderRadius: 1,
          }}
        >
          {text}
        </Box>
        <CopyButton text={text} name={`the ${name} snippet`} />
      </Box>
    </Box>
  );
}
