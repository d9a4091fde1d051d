import { serveInWorker } from '../startWorker.ts';
import { type OpenedFile, openFile } from './runFile.ts';

serveInWorker<Blob, OpenedFile>(async (file, post) => post(await openFile(file)));
