/** The parts of `rauc status --detailed --output-format=json` (1.13) that are shown. */
interface SlotReport {
  readonly bootname?: unknown;
  readonly state?: unknown;
  readonly boot_status?: unknown;
  readonly slot_status?: {
    readonly bundle?: { readonly version?: unknown };
    readonly installed?: { readonly timestamp?: unknown };
  };
}

interface Report {
  readonly version?: unknown;
  readonly signing?: unknown;
  readonly rauc?: {
    readonly boot_primary?: unknown;
    readonly slots?: readonly Readonly<Record<string, SlotReport>>[];
  } | null;
}

/** What boxd's `update-status` says, for a terminal: what runs, then a line for each slot. */
export function describeSlots(data: unknown): readonly string[] {
  const { version, signing, rauc } = (data ?? {}) as Report;
  const slots = (rauc?.slots ?? []).flatMap((slot) => Object.entries(slot));
  slots.sort(([one], [other]) => one.localeCompare(other));
  return [
    `version ${text(version)} runs, ${text(signing)}`,
    ...slots.map(([name, slot]) => {
      const bundle = slot.slot_status?.bundle?.version;
      const at = slot.slot_status?.installed?.timestamp;
      const words = [
        slot.state === 'booted' ? 'runs' : 'stands by',
        slot.boot_status === 'good' ? 'may be started' : 'is not started again',
        ...(name === rauc?.boot_primary ? ['is the first choice at the next start'] : []),
        ...(bundle === undefined ? [] : [`got version ${text(bundle)} at ${text(at)}`]),
      ];
      return `slot ${text(slot.bootname)}: ${words.join(', ')}`;
    }),
  ];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}
