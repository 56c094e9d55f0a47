import { Layout, type LayoutProps } from 'react-admin';
import { ConsoleMenu } from './menu.js';

export function ConsoleLayout(props: LayoutProps) {
  return (
    <Layout
      {...props}
      menu={ConsoleMenu}
      sx={{
        '& .RaLayout-appFrame': { marginTop: { xs: 7, sm: 6 } },
        '& .RaLayout-content': { minWidth: 0, px: { xs: 1, sm: 3 }, pb: 4 },
      }}
    />
  );
}
