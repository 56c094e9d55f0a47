import Search from '@mui/icons-material/Search';
import { Box, IconButton, type Theme, useMediaQuery } from '@mui/material';
import { AppBar, TitlePortal } from 'react-admin';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { BarEnvironments } from '../environments/bar-environments.js';
import { useEnvironments } from '../environments/use-environments.js';
import { Bell } from '../notices/bell.js';
import { PaletteButton } from '../palette/palette-button.js';
import { SearchField } from '../search/search-field.js';
import { PRODUCTION } from '../theme.js';

/** A thick line below the bar, so that production is seen at a glance. */
const LINE = { borderBottom: 6, borderColor: PRODUCTION.bgcolor };

/** The title's text is in an inline block, which would be cut without an ellipsis. */
const CUT_SHORT = { '& > span': { display: 'block', overflow: 'hidden', textOverflow: 'ellipsis' } };

/** Title, environments, palette, search, notices, colour mode and user menu. On a narrow screen the search is a link to its page. */
export function ConsoleAppBar() {
  const isNarrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down('md'));
  const maySearch = useMay('search');
  const isProduction = useEnvironments().some((each) => each.isServed && each.isProduction);
  return (
    // Elsewhere the bar goes away while somebody scrolls.
    <AppBar alwaysOn={isProduction} sx={isProduction ? LINE : {}}>
      <TitlePortal sx={CUT_SHORT} />
      <BarEnvironments isNarrow={isNarrow} />
      <PaletteButton />
      {!maySearch ? null : isNarrow ? (
        <IconButton component={Link} to="/search" aria-label="Search" color="inherit">
          <Search />
        </IconButton>
      ) : (
        <Box sx={{ width: '22rem', mr: 1 }}>
          <SearchField />
        </Box>
      )}
      <Bell />
    </AppBar>
  );
}
