import { QueryClient } from '@tanstack/react-query';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import { Route } from 'react-router-dom';
import { authProvider } from './api/auth-provider.js';
import { dataProvider } from './api/data-provider.js';
import { Dashboard, PAGES, RESOURCES } from './pages.js';
import { IfMay } from './layout/if-may.js';
import { ConsoleLayout } from './layout/layout.js';
import { SignIn } from './layout/sign-in.js';
import { dark, light } from './theme.js';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A rejected or failed request is shown at once, offline too; people try again with a button.
      retry: false,
      networkMode: 'always',
      // Reads of the audit trail are recorded, and a failed reload must not disturb an open form.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});

export function App() {
  return (
    <Admin
      title="Gatehouse"
      authProvider={authProvider}
      dataProvider={dataProvider}
      queryClient={queryClient}
      layout={ConsoleLayout}
      loginPage={SignIn}
      dashboard={Dashboard}
      theme={light}
      darkTheme={dark}
      disableTelemetry
      requireAuth
    >
      {RESOURCES.map((resource) => (
        <Resource key={resource.name} {...resource} />
      ))}
      <CustomRoutes>
        {PAGES.map(({ path, route, Page }) => (
          <Route
            key={path}
            path={path}
            element={
              <IfMay route={route}>
                <Page />
              </IfMay>
            }
          />
        ))}
      </CustomRoutes>
    </Admin>
  );
}
