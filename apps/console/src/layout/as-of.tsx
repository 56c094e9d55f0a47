import { Button, Typography } from '@mui/material';
import { useEffect, useState } from 'react';

interface Props {
  /** The time of day of what is shown. */
  readonly time: string;
  /** How often it is read again: “every minute”. */
  readonly every: string;
  readonly isPaused: boolean;
  readonly setPaused: (isPaused: boolean) => void;
  /** Reads it at once. */
  readonly refresh: () => void;
}

/** Says as of when a page is that reads itself again, lets a person pause it, and shows it full screen. */
export function AsOf({ time, every, isPaused, setPaused, refresh }: Props) {
  return (
    <>
      <Typography color="text.secondary">
        As of {time}
        {isPaused ? '. Paused.' : `, read again ${every}.`}
      </Typography>
      <Button
        size="small"
        variant="outlined"
        onClick={() => {
          setPaused(!isPaused);
          if (isPaused) refresh();
        }}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <FullScreen />
    </>
  );
}

/** Shows the whole page without the browser around it, and goes back; nothing where the browser can’t. */
function FullScreen() {
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
