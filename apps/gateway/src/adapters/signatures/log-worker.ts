/** The worker thread that reads log files, one at a time. */
import { type LogFileJob, type ReadLogFile, readLogFile } from './read-log-file.js';

export default function readInWorker(job: LogFileJob): ReadLogFile {
  return readLogFile(job);
}
