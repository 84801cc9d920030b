# shellcheck shell=bash disable=SC2034  # sourced; not every step uses every pin
# Pins of the image. Sectors are 512 bytes; see docs/image.md for the layout.

SUITE=trixie
ARCH=armhf
# 2026-01-01. Files of the root tree that are newer bear this time, so that a tree made later is the same.
TREE_EPOCH=1767225600

# The first partition stands where Armbian's does; SPL and U-Boot lie before it.
SPL_KIB=8            # the boot ROM of Allwinner's chips reads from here
STATE_SECTOR=6144    # slot state, one sector (3 MiB)
STATE_BACKUP=7168    # its copy (3.5 MiB)
FAT_START=8192
FAT_MIB=64           # FAT32 with one sector a cluster: 131,072 clusters, valid FAT32
SLOT_START=139264
SLOT_MIB=1024
DATA_MIB=64          # grows to the card at first boot

# Fixed, so that the same inputs give the same bytes. The disk id is also the prefix of the PARTUUIDs.
DISK_ID=70697361
FAT_ID=50495341
SLOT_UUID=7a8f1f6e-5d0b-4f6f-8f4e-70697361000a
DATA_UUID=7a8f1f6e-5d0b-4f6f-8f4e-70697361000d
HASH_SEED=7a8f1f6e-5d0b-4f6f-8f4e-7069736100ff

# better-sqlite3 for the card: fdatasync instead of fsync as in .ci/install, and Debian armhf's 64-bit time.
NATIVE_CFLAGS='-DHAVE_FDATASYNC=1 -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64'

# Two threads and fixed blocks, so that every machine makes the same bytes. Level 1: 3 % larger than 3, in less time.
XZ_CHUNK_MIB=24
XZ=(-1 -T2 "--block-size=${XZ_CHUNK_MIB}MiB")
MAX_XZ_BYTES=150000000
