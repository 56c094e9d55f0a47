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
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1 }}>
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
        <CopyButton key={name} text={text} name={`the ${name} snippet`} />
      </Box>
      <Box
        component="pre"
        role="tabpanel"
        aria-labelledby={`snippet-${name}`}
        // What doesn’t fit is reached by keyboard too.
        tabIndex={0}
        sx={{ m: 0, p: 1.5, overflowX: 'auto', bgcolor: 'action.hover', borderRadius: 1 }}
      >
        {text}
      </Box>
    </Box>
  );
}
