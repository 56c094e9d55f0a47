import { Alert, Box, Button, LinearProgress, Typography } from '@mui/material';
import { Copyable } from '../parts/copyable.js';
import { day } from '../parts/dates.js';
import { Facts } from '../parts/facts.js';
import { saveFile } from '../parts/save-file.js';
import type { Pack, PackProgress } from './make-pack.js';
import { type PackFile, zipName, zipOf } from './pack-zip.js';

const WHAT: Readonly<Record<string, string>> = {
  'evidence.pdf': 'for people',
  'evidence.json': 'the same for programs',
  'manifest.json': 'names the files',
  'manifest.jws': 'the signature',
};
const TYPES: Readonly<Record<string, string>> = { pdf: 'application/pdf', json: 'application/json' };
const NUMBER = new Intl.NumberFormat('en-GB');

export function MakingPack({ progress: { what, done, total } }: { readonly progress: PackProgress }) {
  return (
    <Box sx={{ mt: 2 }}>
      <LinearProgress
        variant="determinate"
        value={(100 * done) / total}
        aria-label="Making the pack"
        sx={{ mb: 1 }}
      />
      <Typography role="status">
        Gatehouse is {what} ({done} of {total}).
      </Typography>
    </Box>
  );
}

/** The files of a pack, to be saved together: none of them proves anything without the others. */
export function PackFiles({ pack }: { readonly pack: Pack }) {
  const { organisation, from, until, sha256, files } = pack;
  return (
    <Box sx={{ mt: 2 }}>
      <Alert severity="success" role="status" sx={{ mb: 2 }}>
        The evidence pack is ready. Save it as one ZIP, or all of its files into one folder of their own:
        together they can be verified.
      </Alert>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}>
        <Button
          variant="contained"
          onClick={() => {
            saveFile(zipName(pack), [zipOf(files)], 'application/zip');
          }}
        >
          Save as a ZIP
        </Button>
        <Button variant="outlined" onClick={() => files.forEach(save)}>
          Save all files
        </Button>
        {files.map((file) => (
          <Button
            key={file.name}
            variant="outlined"
            onClick={() => {
              save(file);
            }}
          >
            Save {file.name}
          </Button>
        ))}
      </Box>
      <Facts
        facts={[
          ['Organisation', organisation],
          ['Period', `${day(from)} to ${day(until)}`],
          ...files.map(({ name, size }) => [name, `${WHAT[name] ?? ''}, ${kilobytes(size)}`] as const),
          ['SHA-256 of the manifest', <Copyable key="sha256" text={sha256} name="the SHA-256" />],
          [
            'To verify it',
            <code key="verify">
              gatehouse verify-pack {zipName(pack)} --key evidence-key.pem --organisation {organisation}
            </code>,
          ],
        ]}
      />
    </Box>
  );
}

function kilobytes(bytes: number): string {
  return `${NUMBER.format(Math.ceil(bytes / 1000))} kB`;
}

function save({ name, pieces }: PackFile): void {
  saveFile(name, [...pieces], TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
}
