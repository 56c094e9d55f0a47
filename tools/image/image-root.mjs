// Writes the root of the production image to a folder: Gatehouse in /opt/gatehouse, and Node with its libraries from the
// system on which this runs. infra/Containerfile runs it: `node tools/image/image-root.mjs FOLDER`, after the build.
import { join } from 'node:path';
import { rootFaults } from './image-contents.mjs';
import { buildImageTree } from './image-tree.mjs';
import { writeSystemFiles } from './system-files.mjs';

const root = process.argv[2];
await buildImageTree(join(root, 'opt/gatehouse'), writeSystemFiles(root));
const faults = rootFaults(root);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
