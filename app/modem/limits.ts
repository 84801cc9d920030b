/** Every wait of the driver, in milliseconds. Tests shorten them. */
export interface DriverLimits {
  /** From `AT+CMGS=` to the prompt. */
  readonly promptMs: number;
  /** The commit between prompt and PDU; slower than this, the modem may have left the prompt. */
  readonly handOverMs: number;
  /** From Ctrl-Z to the result; null takes the family's longest send. */
  readonly resultMs: number | null;
  /** A port that was opened again with a part in doubt gets at least so long to hand out its answer. */
  readonly lateLeastMs: number;
  /** Between two looks at the signal while nothing happens; an idle modem's hang shows so much later. */
  readonly pulseMs: number;
  /** Between two looks into the message store. */
  readonly pollMs: number;
  /** Between two checks of settings that other programs or resets undo. */
  readonly checkMs: number;
  /** Between two looks at a SIM that is missing or locked. */
  readonly simRetryMs: number;
  /** A busy SIM counts as failing after this. */
  readonly simBusyMs: number;
  /** Between two tries to open the port: the first wait, doubled up to the longest. */
  readonly reopenMs: number;
  readonly longestReopenMs: number;
  readonly stopMs: number;
  /** How long a modem may take to come back after each kind of reset. */
  readonly radioCycleMs: number;
  readonly resetMs: number;
  readonly usbResetMs: number;
  /** How long a network's answer to a USSD code may take. */
  readonly ussdMs: number;
  /** After a sign of a restart, so long until the modem said all it has to say. */
  readonly quietMs: number;
  /** Unregistered for less than this after flapping is not shown. */
  readonly debounceMs: number;
}

export const DEFAULT_LIMITS: DriverLimits = {
  promptMs: 20_000,
  handOverMs: 3_000,
  resultMs: null,
  lateLeastMs: 3_000,
  pulseMs: 30_000,
  pollMs: 60_000,
  checkMs: 300_000,
  simRetryMs: 20_000,
  simBusyMs: 60_000,
  reopenMs: 500,
  longestReopenMs: 30_000,
  stopMs: 75_000,
  radioCycleMs: 60_000,
  resetMs: 45_000,
  usbResetMs: 40_000,
  ussdMs: 60_000,
  quietMs: 2_000,
  debounceMs: 5_000,
};
