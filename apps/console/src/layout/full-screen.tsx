import { Button } from '@mui/material';
import { useEffect, useState } from 'react';

/** Shows the whole page without the browser around it, and goes back; nothing where the browser can’t. */
export function FullScreen() {
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const onChange = (): void => {
      setFull(document.fullscreenElement !== null);
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      // The next page has a menu again.
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    };
  }, []);
  if (!document.fullscreenEnabled) return null;
  return (
    <Button
      size="small"
      variant="outlined"
      onClick={() => {
        // A browser may say no, and then the page stays as it is.
        void (isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(
          () => undefined,
        );
      }}
    >
      {isFull ? 'Leave full screen' : 'Full screen'}
    </Button>
  );
}
