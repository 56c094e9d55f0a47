import './before-all.js';
import '@fontsource-variable/atkinson-hyperlegible-next';
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router-dom';
import { App } from './app.js';
import { keepFocusOnceSomethingHasIt } from './layout/lazy-kept-focus.js';
import { WallPage } from './wall/lazy-wall-page.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
const styles = createCache({ key: 'css', nonce, prepend: true });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root"');

// A router of this kind can hold a page that shows a secret once.
const router = createBrowserRouter([
  {
    path: '/wall',
    element: (
      <Suspense>
        <WallPage />
      </Suspense>
    ),
  },
  { path: '*', element: <App /> },
]);
keepFocusOnceSomethingHasIt();
createRoot(root).render(
  <StrictMode>
    <CacheProvider value={styles}>
      <RouterProvider router={router} />
    </CacheProvider>
  </StrictMode>,
);
