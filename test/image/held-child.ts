import type { ChildProcess } from 'node:child_process';

/**
 * Keeps a child process from outliving this one: it is killed when this process exits. Resolves when the child has
 * ended or could not be started; `onError` hears why.
 */
export function endOf(child: ChildProcess, onError: (error: Error) => void): Promise<void> {
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return new Promise((resolve) => {
    const end = (): void => {
      process.removeListener('exit', kill);
      resolve();
    };
    child.once('close', end);
    child.once('error', (error) => {
      onError(error);
      end();
    });
  });
}
