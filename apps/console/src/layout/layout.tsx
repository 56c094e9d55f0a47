import { Layout, type LayoutProps } from 'react-admin';
import { ConsoleAppBar } from './app-bar.js';
import { ConsoleMenu } from './menu.js';
import { SessionWarning } from '../session/session-warning.js';
import { PermissionsError } from './permissions-error.js';

export function ConsoleLayout({ children, ...props }: LayoutProps) {
  return (
    <Layout
      {...props}
      appBar={ConsoleAppBar}
      menu={ConsoleMenu}
      sx={{
        // React-admin's own `fit-content` makes the whole page as wide as its widest word.
        minWidth: 0,
        '& .RaList-main': { minWidth: 0 },
        '& .RaList-actions': { flexWrap: { xs: 'nowrap', sm: 'wrap' } },
        // On narrow screens react-admin gives it the colour of a card.
        '& .RaList-actions .MuiToolbar-root': { flexWrap: 'wrap', backgroundColor: 'transparent' },
        '& .RaLayout-appFrame': { marginTop: { xs: 7, sm: 6 } },
        // In full screen a page stands alone; dialogs, such as that a session is about to end, show all the same.
        'html:fullscreen & .MuiAppBar-root, html:fullscreen & .MuiDrawer-root': { display: 'none' },
        'html:fullscreen & .RaLayout-appFrame': { marginTop: 1 },
        '& .RaLayout-content': { minWidth: 0, px: { xs: 1, sm: 3 }, pb: 4 },
      }}
    >
      <PermissionsError />
      <SessionWarning />
      {children}
    </Layout>
  );
}
