import { CssBaseline } from '@mui/material';
import { QueryClient } from '@tanstack/react-query';
import {
  AccessDenied,
  AdminContext,
  AuthenticationError,
  CoreAdminUI,
  CustomRoutes,
  defaultI18nProvider,
  Error as PageError,
  type I18nProvider,
  LoadingPage,
  localStorageStore,
  NotFound,
  Notification,
  Resource,
} from 'react-admin';
import { Route } from 'react-router-dom';
import { authProvider } from './api/auth-provider.js';
import { dataProvider } from './api/data-provider.js';
import { READS } from './api/query-defaults.js';
import { signedInPerson } from './api/session.js';
import { Dashboard, PAGES, RESOURCES } from './pages.js';
import { IfMay } from './layout/if-may.js';
import { ConsoleLayout } from './layout/layout.js';
import { SignIn } from './layout/sign-in.js';
import { personStore } from './session/person-store.js';
import { dark, light } from './theme.js';
import { WORDS } from './session/own-words.js';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      ...READS,
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});

const store = personStore(localStorageStore(), signedInPerson);

/** React-admin’s words, except where ours are plainer. */
const i18nProvider: I18nProvider = {
  ...defaultI18nProvider,
  translate: (key, options: { readonly name?: string } = {}) =>
    WORDS[key]?.(options.name ?? '') ?? defaultI18nProvider.translate(key, options),
};

const PageNotFound = () => <NotFound />;

/** React-admin's `Admin`, put together without its own sign-in page, whose form would be loaded and never seen. */
export function App() {
  return (
    <AdminContext
      authProvider={authProvider}
      dataProvider={dataProvider}
      queryClient={queryClient}
      i18nProvider={i18nProvider}
      store={store}
      theme={light}
      darkTheme={dark}
    >
      <CssBaseline enableColorScheme>
        <CoreAdminUI
          title="Gatehouse"
          layout={ConsoleLayout}
          loginPage={SignIn}
          authCallbackPage={false}
          dashboard={Dashboard}
          accessDenied={AccessDenied}
          authenticationError={AuthenticationError}
          catchAll={PageNotFound}
          error={PageError}
          loading={LoadingPage}
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
        </CoreAdminUI>
        <Notification />
      </CssBaseline>
    </AdminContext>
  );
}
