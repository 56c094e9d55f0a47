import Search from '@mui/icons-material/Search';
import { Box, IconButton, type Theme, useMediaQuery } from '@mui/material';
import { AppBar, TitlePortal } from 'react-admin';
import { Link } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { SearchField } from '../search/search-field.js';

/** Title, search, mode and who is signed in; where it is narrow, the search has its page alone. */
export function ConsoleAppBar() {
  const narrow = useMediaQuery<Theme>((theme) => theme.breakpoints.down('md'));
  const may = useMay('search');
  return (
    <AppBar>
      <TitlePortal />
      {!may ? null : narrow ? (
        <IconButton component={Link} to="/search" aria-label="Search" color="inherit">
          <Search />
        </IconButton>
      ) : (
        <Box sx={{ width: '22rem', mr: 1 }}>
          <SearchField />
        </Box>
      )}
    </AppBar>
  );
}
