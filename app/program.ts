import { fileURLToPath } from 'node:url';

/** Path of the program itself, for starting another process of it. */
export const PROGRAM: string = fileURLToPath(new URL('./cli.js', import.meta.url));
