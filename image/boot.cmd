# Chooses the root slot and starts it. Runs under U-Boot's old hush on the boards (mmc) and on QEMU's virt
# machine (virtio). Not replaced by updates.
#
# The state is one sector in the form of a U-Boot environment (CRC-32, then name=value), with a copy:
#   BOOT_ORDER      slots in the order of preference; written by RAUC
#   BOOT_A_LEFT     starts left on trial, 0 = never start; written by RAUC, counted down here (BOOT_B_LEFT likewise)
#   BOOT_GOOD       the slot that was last found healthy; any other slot starts on trial
#   BOOT_GOOD_LEFT  starts left of the good slot, removed after 60 s up; missing = ten
#   machine_id      the same in both slots
# Numbers are hexadecimal, as setexpr reads and writes them.
setenv st_pri 0x1800
setenv st_bak 0x1c00
setenv st_vars BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT BOOT_GOOD BOOT_GOOD_LEFT machine_id

# An environment file on the FAT partition would be loaded before this script, and could replace it.
if test -e ${devtype} ${devnum}:${distro_bootpart} uboot.env; then
  echo "pisang: removing uboot.env"
  if fatrm ${devtype} ${devnum}:${distro_bootpart} uboot.env; then
    reset
  fi
fi

for v in ${st_vars}; do
  setenv ${v}
done
setenv st_ok 0
${devtype} dev ${devnum}
for s in ${st_pri} ${st_bak}; do
  if test ${st_ok} = 0; then
    ${devtype} read ${pxefile_addr_r} ${s} 1
    if env import -c ${pxefile_addr_r} 0x200 ${st_vars}; then
      setenv st_ok 1
      echo "pisang: state from sector ${s}"
    fi
  fi
done
if test ${st_ok} = 0; then
  echo "pisang: no valid state, defaults"
fi
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 3
test -n "${BOOT_GOOD_LEFT}" || setenv BOOT_GOOD_LEFT a
if test "${BOOT_GOOD}" != "B"; then
  setenv BOOT_GOOD A
fi

setenv slot
setenv trial 1
for s in ${BOOT_ORDER}; do
  setenv left 0
  if test "${s}" = "A"; then
    setenv left ${BOOT_A_LEFT}
  elif test "${s}" = "B"; then
    setenv left ${BOOT_B_LEFT}
  fi
  if test -n "${slot}"; then
    setenv left 0
  fi
  if test "${left}" != "0"; then
    if test "${s}" != "${BOOT_GOOD}"; then
      setexpr BOOT_${s}_LEFT ${left} - 1
      setenv slot ${s}
    elif test "${BOOT_GOOD_LEFT}" != "0"; then
      setexpr BOOT_GOOD_LEFT ${BOOT_GOOD_LEFT} - 1
      setenv slot ${s}
      setenv trial 0
    fi
  fi
done
if test -z "${slot}"; then
  echo "pisang: no slot left, resetting counters"
  if test "${BOOT_GOOD}" = "B"; then
    setenv BOOT_ORDER "B A"
    setenv BOOT_B_LEFT 3
  else
    setenv BOOT_ORDER "A B"
    setenv BOOT_A_LEFT 3
  fi
  setenv BOOT_GOOD_LEFT a
fi
env export -c -s 0x200 ${pxefile_addr_r} ${st_vars}
${devtype} write ${pxefile_addr_r} ${st_pri} 1
echo "pisang: slot=${slot} trial=${trial} order=${BOOT_ORDER} A=${BOOT_A_LEFT} B=${BOOT_B_LEFT} good=${BOOT_GOOD} left=${BOOT_GOOD_LEFT}"
if test -z "${slot}"; then
  reset
fi

setenv rootpart 2
if test "${slot}" = "B"; then
  setenv rootpart 3
fi
part uuid ${devtype} ${devnum}:${rootpart} rootuuid
setenv bootargs "root=PARTUUID=${rootuuid} ro rootwait rauc.slot=${slot} pisang.trial=${trial} fsck.repair=yes panic=10 quiet"
test -n "${machine_id}" && setenv bootargs "${bootargs} systemd.machine_id=${machine_id}"
if load ${devtype} ${devnum}:${rootpart} ${kernel_addr_r} /boot/zImage; then
  setenv dtb ${fdtcontroladdr}
  if test "${devtype}" = "mmc"; then
    load ${devtype} ${devnum}:${rootpart} ${fdt_addr_r} /boot/dtb/${fdtfile} && setenv dtb ${fdt_addr_r}
  fi
  if load ${devtype} ${devnum}:${rootpart} ${ramdisk_addr_r} /boot/initrd.img; then
    bootz ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${dtb}
  fi
fi
echo "pisang: slot ${slot} cannot be started, reset"
reset
