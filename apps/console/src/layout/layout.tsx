import { Layout, type LayoutProps } from 'react-admin';
import { ConsoleAppBar } from './app-bar.js';
import { ConsoleMenu } from './menu.js';

export function ConsoleLayout(props: LayoutProps) {
  return (
    <Layout
      {...props}
      appBar={ConsoleAppBar}
      menu={ConsoleMenu}
      sx={{
        '& .RaLayout-appFrame': { marginTop: { xs: 7, sm: 6 } },
        '& .RaLayout-content': { minWidth: 0, px: { xs: 1, sm: 3 }, pb: 4 },
      }}
    />
  );
}
