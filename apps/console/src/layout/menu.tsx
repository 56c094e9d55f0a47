import type { RouteName } from '@gatehouse/contracts/routes';
import { Box, ListSubheader } from '@mui/material';
import { Menu, usePermissions, useSidebarState } from 'react-admin';
import { MENU_GROUPS } from './menu-entries.js';

export function ConsoleMenu() {
  const { permissions = [] } = usePermissions<readonly RouteName[]>();
  const [isOpen] = useSidebarState();
  return (
    <Menu>
      <Menu.DashboardItem />
      {Object.entries(MENU_GROUPS).map(([title, entries]) => {
        const mine = entries.filter(({ route }) => permissions.includes(route));
        return mine.length === 0 ? null : (
          <Box key={title} role="group" aria-label={title}>
            {isOpen ? (
              <ListSubheader component="div" disableSticky aria-hidden sx={{ lineHeight: 2.5 }}>
                {title}
              </ListSubheader>
            ) : null}
            {mine.map(({ to, text, icon }) => (
              <Menu.Item key={to} to={to} primaryText={text} leftIcon={icon} />
            ))}
          </Box>
        );
      })}
    </Menu>
  );
}
