import type { RouteName } from '@gatehouse/contracts/routes';
import { Badge, Box, ListSubheader } from '@mui/material';
import { Menu, usePermissions, useSidebarState } from 'react-admin';
import { FOR_SCREEN_READERS } from './for-screen-readers.js';
import { MENU_GROUPS, type MenuEntry } from './menu-entries.js';
import { useWaiting } from './use-waiting.js';

export function ConsoleMenu() {
  const { permissions = [] } = usePermissions<readonly RouteName[]>();
  const [isOpen] = useSidebarState();
  const waiting = useWaiting();
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
            {mine.map((entry) => (
              <Entry key={entry.to} {...entry} count={countOf(entry, waiting)} />
            ))}
          </Box>
        );
      })}
    </Menu>
  );
}

function countOf({ waits }: MenuEntry, waiting: ReturnType<typeof useWaiting>): number {
  if (waits === undefined || waiting === undefined) return 0;
  return waits === 'all' ? Object.values(waiting).reduce((sum, count) => sum + count, 0) : waiting[waits];
}

/** The gateway counts to 100. The count is on the icon, so that it is there while the menu is narrow. */
function Entry({ to, text, icon, count }: MenuEntry & { readonly count: number }) {
  return (
    <Menu.Item
      to={to}
      primaryText={
        count === 0 ? (
          text
        ) : (
          <span>
            {text}
            <Box component="span" sx={FOR_SCREEN_READERS}>
              : {count > 99 ? 'more than 99' : count} waiting for you
            </Box>
          </span>
        )
      }
      leftIcon={
        count === 0 ? (
          icon
        ) : (
          <Badge badgeContent={count} max={99} color="error" slotProps={{ badge: { 'aria-hidden': true } }}>
            {icon}
          </Badge>
        )
      }
    />
  );
}
