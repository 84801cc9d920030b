/** The system slot that runs: `A` or `B`, as boot.cmd put it on the kernel's command line; null off the appliance. */
export function slotIn(commandLine: string): 'A' | 'B' | null {
  const slot = /(?:^| )rauc\.slot=([AB])(?: |$)/.exec(commandLine)?.[1];
  return slot === 'A' || slot === 'B' ? slot : null;
}
