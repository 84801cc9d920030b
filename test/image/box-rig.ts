import type { TestContext } from 'node:test';
import { type ScriptBox, scriptBox } from './script-rig.ts';

/** Places of the appliance. */
export const DATA: string = 'var/lib/pisang';
export const CERT: string = `${DATA}/app/tls/cert.pem`;
export const KEY: string = `${DATA}/app/tls/key.pem`;

/** A box as its scripts of the data partition find it, with an identity and two time zones. */
export function newBox(t: TestContext, tools: Readonly<Record<string, string>> = {}): ScriptBox {
  const note = 'echo "$(basename "$0") $*" >>"$BOX/notes"';
  const box = scriptBox(t, {
    systemctl: note,
    networkctl: note,
    chown: note,
    agetty: note,
    fw_setenv: note,
    sync: ':',
    // Without the owners that a test machine lacks.
    install: `case " $* " in *" -d "*) made=folder ;; *) made=file ;; esac
      while [ $# -gt 2 ]; do shift; done
      if [ $made = folder ]; then command -p install -d "$2"; else cp "$1" "$2"; fi`,
    'ssh-keygen': `case " $* " in
      *" -y "*) grep -q "a key" "$BOX/${DATA}/box/ssh_host_ed25519_key" ;;
      *) echo "a key" >"$BOX/${DATA}/box/ssh_host_ed25519_key" ;;
    esac`,
    ...tools,
  });
  box.put('proc/sys/kernel/hostname', 'pisang\n');
  box.put('run/issue.d/keep', '');
  for (const zone of ['Asia/Jakarta', 'Asia/Makassar']) {
    box.put(`usr/share/zoneinfo/${zone}`, `zone ${zone}`);
  }
  return box;
}
