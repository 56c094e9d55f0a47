import { Box } from '@mui/material';
import { Tag } from '../parts/list/tag.js';

interface Props {
  readonly accessMode: string;
  readonly capability: string | null;
}

/** Access mode and capability, in NHS England’s own words. */
export function AccessTags({ accessMode, capability }: Props) {
  return (
    <Box component="span" sx={{ display: 'inline-flex', flexWrap: { xs: 'wrap', md: 'nowrap' }, gap: 0.5 }}>
      <Tag text={accessMode} />
      {capability === null ? null : <Tag text={capability} />}
    </Box>
  );
}
