import fc from 'fast-check';

/** A fixed seed: the same inputs in each run, so that a red test is red for everybody. */
export const seeded = (numRuns: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns,
  seed: 20_260_102,
});

/** Every character that GSM 7-bit can carry, written down again, apart from the codec's own table. */
export const GSM7_BASIC: readonly string[] = Array.from(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
export const GSM7_EXTENDED: readonly string[] = Array.from('^{}\\[~]|€\f');

export const gsm7Text = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...GSM7_BASIC) },
      { weight: 1, arbitrary: fc.constantFrom(...GSM7_EXTENDED) },
    ),
    maxLength,
  });

/** Well-formed Unicode with many astral characters, marks and joiners. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'ш', 'ñ', ' ', '好', 'ก'),
      fc.constantFrom('😀', '🇮', '🇩', '\u200d', '\u0301', '\ufe0f', '🏽'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength,
  });

/** E.164, or a short code. */
export const recipient = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^\+[1-9][0-9]{5,14}$/),
    fc.stringMatching(/^[0-9]{3,8}$/),
    fc.stringMatching(/^[0-9*#abc]{1,20}$/),
  );
