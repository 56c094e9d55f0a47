import Search from '@mui/icons-material/Search';
import { Box, IconButton, InputBase } from '@mui/material';
import type { SyntheticEvent } from 'react';
import { useNavigate } from 'react-router-dom';

interface Props {
  readonly initial?: string;
  /** What it holds was rejected. */
  readonly isInvalid?: boolean;
}

/** Opens the page of search results. The text is kept out of the address, which logs may record. */
export function SearchField({ initial = '', isInvalid = false }: Props) {
  const navigate = useNavigate();
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const q = new FormData(event.currentTarget).get('q');
    void navigate('/search', { state: { q } });
  };
  return (
    <Box
      component="form"
      role="search"
      onSubmit={submit}
      sx={{
        display: 'flex',
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'text.secondary',
        borderRadius: 1,
        width: '100%',
        maxWidth: '30rem',
      }}
    >
      <InputBase
        name="q"
        type="search"
        error={isInvalid}
        defaultValue={initial}
        placeholder="ODS code, name, ASID or id"
        inputProps={{
          'aria-label': 'Search',
          autoComplete: 'off',
          maxLength: 128,
        }}
        sx={{
          flexGrow: 1,
          pl: 1.5,
          color: 'text.primary',
          '&.Mui-focused': { outline: '3px solid #212b32', boxShadow: '0 0 0 5px #ffeb3b' },
          '& input::placeholder': { opacity: 1, color: 'text.secondary' },
        }}
      />
      <IconButton type="submit" aria-label="Find" size="small" sx={{ color: 'text.primary' }}>
        <Search />
      </IconButton>
    </Box>
  );
}
