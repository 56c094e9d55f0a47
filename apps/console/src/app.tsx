import { QueryClient } from '@tanstack/react-query';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import { Route } from 'react-router-dom';
import { authProvider } from './api/auth-provider.js';
import { dataProvider } from './api/data-provider.js';
import { Dashboard, PAGES, RESOURCES } from './pages.js';
import { ConsoleLayout } from './layout/layout.js';
import { SignIn } from './layout/sign-in.js';
import { dark, light } from './theme.js';

// A refusal is shown at once; asking again would not change it.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000 } } });

export function App() {
  return (
    <Admin
      title="Gatehouse"
      authProvider={authProvider}
      dataProvider={dataProvider}
      queryClient={queries}
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
        {PAGES.map(({ path, Page }) => (
          <Route key={path} path={path} element={<Page />} />
        ))}
      </CustomRoutes>
    </Admin>
  );
}
