/** Which interfaces of a multi-port modem speak AT, best first, as data. */
export interface PortPreference {
  /** `idVendor` of the USB device. */
  readonly vendorId: string;
  /** As it stands in names of `/dev/serial/by-id`, when sysfs can't be read. */
  readonly name: RegExp;
  readonly atInterfaces: readonly number[];
  /** Diagnosis, NMEA: an AT line there may crash the firmware, so they come last. */
  readonly lastInterfaces: readonly number[];
}

export const PORT_PREFERENCES: readonly PortPreference[] = [
  { vendorId: '12d1', name: /huawei/i, atInterfaces: [2, 0], lastInterfaces: [1] },
  { vendorId: '2c7c', name: /quectel/i, atInterfaces: [2, 3], lastInterfaces: [1, 0] },
  { vendorId: '1e0e', name: /sim(com|tech)/i, atInterfaces: [2, 3], lastInterfaces: [1, 0] },
  { vendorId: '19d2', name: /zte/i, atInterfaces: [1, 3], lastInterfaces: [0] },
];

/** USB ids of makers whose sticks begin as a CD drive until they are switched. */
export const STICK_VENDORS: ReadonlySet<string> = new Set([
  '12d1', // Huawei
  '19d2', // ZTE
  '1bbb', // Alcatel, TCL
  '1c9e', // Longcheer
  '0af0', // Option
  '1199', // Sierra Wireless
  '1410', // Novatel
  '16d8', // C-motech
  '1da5', // Qisda
  '2020', // ZiMax, Mobiletop
]);
