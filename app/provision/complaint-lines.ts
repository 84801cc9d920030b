import type { Complaint } from './check-settings.ts';

export function complaintLines(file: string, complaints: readonly Complaint[]): readonly string[] {
  return complaints.flatMap(({ pointer, sentence, remedy }) => [
    `  ${file}${pointer === '' ? '' : ` ${pointer}`}: ${sentence}.`,
    `    ${remedy}`,
  ]);
}
