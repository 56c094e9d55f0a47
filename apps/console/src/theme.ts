/**
 * The look: colours, spacing and type sizes of nhsuk-frontend 10 (settings/_colours-palette.scss, _spacing.scss,
 * _typography.scss), without the NHS logo and its typeface, which a third party may not use. The typeface is Atkinson
 * Hyperlegible Next: it tells 0 from O and 1 from l and I, and people read ODS codes, ASIDs and keys here.
 */
import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from 'react-admin';
import { content, focusPlace } from './layout/focus-place.js';

const NHS = {
  blue: '#005eb8',
  darkBlue: '#003087',
  black: '#212b32',
  white: '#ffffff',
  green: '#007f3b',
  red: '#d5281b',
  yellow: '#ffeb3b',
  grey1: '#4c6272',
  grey3: '#aeb7bd',
  grey4: '#d8dde0',
  grey5: '#f0f4f5',
};

/** The same in dark mode, whose other reds are pale: nobody should have to ask whether this is production. */
export const PRODUCTION = { bgcolor: NHS.red, color: NHS.white };

const shared = (focus: string): Partial<RaThemeOptions> => ({
  spacing: 8,
  shape: { borderRadius: 4 },
  sidebar: { width: 248, closedWidth: 56 },
  typography: {
    fontFamily: '"Atkinson Hyperlegible Next Variable", Arial, sans-serif',
    fontSize: 15,
    h1: { fontSize: '2rem', fontWeight: 600, lineHeight: 1.2 },
    h2: { fontSize: '1.375rem', fontWeight: 600, lineHeight: 1.3 },
    h3: { fontSize: '1.1875rem', fontWeight: 600 },
    h6: { fontSize: '1.125rem', fontWeight: 600 },
    button: { textTransform: 'none', fontWeight: 600 },
  },
  components: {
    ...defaultLightTheme.components,
    // React-admin's has no name, and turns in the bar while a page reads itself again.
    MuiCircularProgress: { defaultProps: { 'aria-label': 'Loading' } },
    MuiCssBaseline: {
      styleOverrides: {
        body: { overflowWrap: 'break-word' },
        'a:focus-visible, button:focus-visible, [tabindex]:focus-visible': {
          outline: `3px solid ${focus}`,
          outlineOffset: '-1px',
          boxShadow: `0 0 0 5px ${NHS.yellow}`,
        },
        '.skip-nav-button:focus': { zIndex: 5000 },
      },
    },
    // React-admin's own leaves the focus nowhere.
    RaSkipNavigationButton: { defaultProps: { onClick: () => focusPlace(content()) } },
    MuiCard: { defaultProps: { variant: 'outlined' as const } },
    MuiTableCell: { styleOverrides: { head: { fontWeight: 600 } } },
    MuiLink: { defaultProps: { underline: 'always' as const } },
    MuiAppBar: { styleOverrides: { root: { backgroundImage: 'none' } } },
  },
});

export const light: RaThemeOptions = {
  ...defaultLightTheme,
  ...shared(NHS.black),
  palette: {
    mode: 'light',
    primary: { main: NHS.blue },
    secondary: { main: NHS.blue, contrastText: NHS.white },
    success: { main: NHS.green },
    error: { main: NHS.red },
    warning: { main: '#8a4d00' },
    info: { main: NHS.darkBlue },
    background: { default: NHS.grey5, paper: NHS.white },
    text: { primary: NHS.black, secondary: NHS.grey1 },
    divider: NHS.grey4,
  },
};

export const dark: RaThemeOptions = {
  ...defaultDarkTheme,
  ...shared(NHS.black),
  palette: {
    mode: 'dark',
    primary: { main: '#99c2ec', contrastText: NHS.black },
    secondary: { main: '#003d78', contrastText: NHS.white },
    success: { main: '#7fd0a2' },
    error: { main: '#f5a8a2' },
    warning: { main: '#ffc95c' },
    info: { main: '#99c2ec' },
    background: { default: '#1a2227', paper: NHS.black },
    text: { primary: NHS.white, secondary: NHS.grey4 },
    divider: NHS.grey1,
  },
};
